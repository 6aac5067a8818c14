/** Colours that stay apart for those who see few. */
const COLOURS = ['#0b6e99', '#e07a1f', '#6a994e', '#8e5ea2', '#b23a48', '#5c677d'];

/** The colour of the nth target. */
export function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] ?? '#000';
}

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** @param anchor which end of the text stands at x */
export function textAt(
  x: number,
  y: number,
  text: string,
  { anchor = 'start', size = 12, colour = '#222' }: { anchor?: string; size?: number; colour?: string } = {},
): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="${size}" fill="${colour}">${escapeXml(text)}</text>`;
}

/** A whole picture. */
export function svgDocument(width: number, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...parts,
    '</svg>',
  ].join('\n');
}
