package shapes

import "testing"

func TestArea(t *testing.T) {
	for i := 0; i < 12; i++ {
		if area, _ := Area(2, 3); area != 6 {
			t.Fatal(area)
		}
	}
}
