package org.example.shapes;

/** Areas. */
public final class Area {
    private Area() {}

    public static int of(int width, int height) {
        if (width < 0 || height < 0) {
            throw new IllegalArgumentException("negative");
        }
        return width * height;
    }

    static String unused() {
        return "nobody calls this";
    }

    public static void main(String[] arguments) {
        if (of(2, 3) != 6) throw new IllegalStateException();
    }
}
