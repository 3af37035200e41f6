// The clipboard, which a browser may keep from the page.

/** Puts a text there; false where the browser does not let it, or has none for a page that came without encryption. */
export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
