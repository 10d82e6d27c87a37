/** File name extensions of the pictures that Fovea opens, lower case, without the dot. */
export const pictureExtensions: readonly string[] = ['png', 'jpg', 'jpeg', 'webp', 'gif', 'bmp', 'tif', 'tiff', 'avif'];
