// A picture as PNG, for those who show no SVG. The font comes along (Latin and Chinese), so the same picture is the same bytes on every machine;
// fonts of the system are never looked for.
import { join } from 'node:path'
import { renderAsync, Resvg, type ResvgRenderOptions } from '@resvg/resvg-js'

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
  return new Resvg(drawn(svg), optionsOf(options)).render().asPng()
}

/** The same bytes, drawn beside this thread: some hundredths of a second a picture add up over a day's trades. */
export async function pngBeside(svg: string, options: PngOptions = {}): Promise<Buffer> {
  return (await renderAsync(drawn(svg), optionsOf(options))).asPng()
}

function drawn(svg: string): string {
  return svg.replace('font-family="system-ui, sans-serif"', `font-family="${FAMILY}"`)
}

function optionsOf(options: PngOptions): ResvgRenderOptions {
  return {
    font: { fontFiles: [FONT_FILE], loadSystemFonts: false, defaultFontFamily: FAMILY, sansSerifFamily: FAMILY },
    fitTo: options.width === undefined ? { mode: 'zoom', value: SCALE } : { mode: 'width', value: options.width },
    ...(options.background === undefined ? {} : { background: options.background }),
  }
}
