import sharp from 'sharp'

/** Beyond this many pixels a side no figure is drawn. */
const MOST = 16_384

/**
 * A figure's SVG as PNG, `scale` times as fine as its own pixels.
 * @throws sharp's error where the SVG cannot be read or is larger than 16,384 px a side
 */
export async function figureToPng(svg: Uint8Array, scale: number): Promise<Uint8Array> {
  // librsvg draws 72 dots an inch as they are.
  const drawn = sharp(svg, { density: 72 * scale, limitInputPixels: MOST * MOST })
  return drawn.png({ compressionLevel: 9 }).toBuffer()
}
