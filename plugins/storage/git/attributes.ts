/** The attributes that make a checkout's file differ from the committed one; macros that set them name them, too. */
const converting = /eol|crlf|ident|working-tree-encoding/;

/**
 * Tells of a path's folders whether some `.gitattributes` in them could have the file converted. Errs on the side of yes.
 *
 * @param attributesIn the text of a folder's own attributes, undefined when it has none, null when that isn't known
 * @returns a function of the path's names; remembers folders
 */
export function mayBeConverted(
  attributesIn: (folder: readonly string[]) => Promise<string | undefined | null>,
): (path: readonly string[]) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();

  async function convertsBelow(folder: readonly string[]): Promise<boolean> {
    if (folder.length > 0 && (await below(folder.slice(0, -1)))) return true;
    const text = await attributesIn(folder);
    return text === null || (text !== undefined && converting.test(text));
  }

  function below(folder: readonly string[]): Promise<boolean> {
    const key = folder.join("/");
    const answer = known.get(key) ?? convertsBelow(folder);
    known.set(key, answer);
    return answer;
  }

  return (path) => below(path.slice(0, -1));
}
