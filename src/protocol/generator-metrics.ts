/** Names and units of the numbers that generators give; others are shown by their own. */
export const generatorMetrics: Readonly<Record<string, { readonly title: string; readonly unit?: string }>> = {
  l2: { title: 'L2 distance' }, linf: { title: 'L∞ distance' }, l0: { title: 'Pixels changed' }, psnr: { title: 'PSNR', unit: 'dB' }, ssim: { title: 'SSIM' },
};
