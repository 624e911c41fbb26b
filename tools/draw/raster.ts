import sharp from 'sharp'

export type Format = 'png' | 'jpeg' | 'webp'

/** An SVG as the bytes of a picture file. */
export async function rasterise(
  svg: string,
  format: Format,
  options: { width?: number; quality?: number; progressive?: boolean } = {},
): Promise<Buffer> {
  let picture = sharp(Buffer.from(svg)).flatten({ background: '#ffffff' })
  if (options.width !== undefined) picture = picture.resize({ width: options.width })
  if (format === 'jpeg')
    return picture
      .jpeg({ quality: options.quality ?? 82, progressive: options.progressive ?? false })
      .toBuffer()
  if (format === 'webp') return picture.webp({ quality: options.quality ?? 80 }).toBuffer()
  return picture.png({ palette: true, colours: 64, effort: 6 }).toBuffer()
}

/** Many pictures in one, for looking at. */
export async function contactSheet(
  svgs: readonly string[],
  columns: number,
  cell: { width: number; height: number },
): Promise<Buffer> {
  const rows = Math.ceil(svgs.length / columns)
  const cells = await Promise.all(
    svgs.map(async (svg, i) => ({
      input: await sharp(Buffer.from(svg))
        .resize({ width: cell.width - 6, height: cell.height - 6, fit: 'inside' })
        .png()
        .toBuffer(),
      left: (i % columns) * cell.width + 3,
      top: Math.floor(i / columns) * cell.height + 3,
    })),
  )
  return sharp({
    create: {
      width: columns * cell.width,
      height: rows * cell.height,
      channels: 3,
      background: '#fff',
    },
  })
    .composite(cells)
    .png()
    .toBuffer()
}
