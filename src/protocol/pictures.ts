/** Pictures as files. */

/** File name extensions of the pictures that Fovea opens, lower case, without the dot. */
export const pictureExtensions: readonly string[] = ['png', 'jpg', 'jpeg', 'webp', 'gif', 'bmp', 'tif', 'tiff', 'avif'];

/** Name of a picture for a person, from its URI. */
export function pictureNameOf(uri: string): string {
  return decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
}
