export function area(width, height) {
  if (width < 0 || height < 0) {
    throw new Error("negative");
  }
  return width * height;
}

export function unused() {
  return "nobody calls this";
}
