package shapes

import "errors"

// Area of a rectangle.
func Area(width, height int) (int, error) {
	if width < 0 || height < 0 {
		return 0, errors.New("negative")
	}
	return width * height, nil
}

func Unused() string {
	return "nobody calls this"
}
