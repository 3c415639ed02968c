// A picture as PNG, for those who show no SVG. The font comes along (Latin and Chinese), so the same picture is the same bytes on every machine;
// fonts of the system are never looked for.
import { join } from 'node:path'
import { Resvg } from '@resvg/resvg-js'

export interface PngOptions {
  /** Pixels; the height follows. */
  readonly width?: number
  /** Absent: transparent. */
  readonly background?: string
}

export const FONT_FILE = join(import.meta.dirname, 'fonts', 'NotoSansSC-Regular.ttf')
const FAMILY = 'Noto Sans SC'
/** Twice the size a picture is drawn at: sharp on a telephone. */
const SCALE = 2

export function png(svg: string, options: PngOptions = {}): Buffer {
  const resvg = new Resvg(svg.replace('font-family="system-ui, sans-serif"', `font-family="${FAMILY}"`), {
    font: { fontFiles: [FONT_FILE], loadSystemFonts: false, defaultFontFamily: FAMILY, sansSerifFamily: FAMILY },
    fitTo: options.width === undefined ? { mode: 'zoom', value: SCALE } : { mode: 'width', value: options.width },
    ...(options.background === undefined ? {} : { background: options.background }),
  })
  return resvg.render().asPng()
}
