/**
 * Names of repositories are ASCII, so what is searched for has to be: accents go, and what has no counterpart separates words.
 * PostgreSQL then finds the same words in it whatever the database's locale.
 *
 * @returns the text in lower-case ASCII, for `similarity` and `%`
 */
export function searchText(text: string): string {
  const letters = text.normalize("NFKD").replaceAll(/\p{Mn}/gu, "");
  return letters.replaceAll(/[^\p{ASCII}]/gu, (letter) => asciiLetters[letter] ?? " ").toLowerCase();
}

/** Latin letters that don't come apart into an ASCII one and an accent. */
const asciiLetters: Readonly<Record<string, string>> = {
  ß: "ss",
  ẞ: "ss",
  æ: "ae",
  Æ: "ae",
  œ: "oe",
  Œ: "oe",
  ø: "o",
  Ø: "o",
  ł: "l",
  Ł: "l",
  đ: "d",
  Đ: "d",
  ð: "d",
  Ð: "d",
  þ: "th",
  Þ: "th",
  ħ: "h",
  Ħ: "h",
  ı: "i",
};
