// A configuration file that can't be loaded.
throw new Error("no such thing");
export default {};
