// A small SVG writer: the same picture is always the same bytes. Attributes keep their order, numbers at most two decimals.
// Knows nothing of trades; never measures text (widths are estimated, so that no font is needed to write a picture).

export type Attribute = string | number | undefined
export type Attributes = Readonly<Record<string, Attribute>>

/** One element with its children on the same line; children are markup already, never text (see `text`). */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${typeof value === 'number' ? px(value) : escapeText(value)}"`],
  )
  return children.length === 0 ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${children.join('')}</${name}>`
}

/** A whole picture: a title and a description for who cannot see it, then a line for each child. */
export function picture(
  options: { readonly width: number; readonly height: number; readonly title: string; readonly description: string },
  children: readonly string[],
): string {
  const { width, height, title, description } = options
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${px(width)} ${px(height)}`,
    role: 'img',
    'font-family': 'system-ui, sans-serif',
  }
  const body = [element('title', {}, escapeText(title)), element('desc', {}, escapeText(description)), ...children.filter((child) => child !== '')]
  return `${element('svg', attributes, `\n${body.join('\n')}\n`)}\n`
}

export function text(content: string, attributes: Attributes): string {
  return element('text', attributes, escapeText(content))
}

export function line(x1: number, y1: number, x2: number, y2: number, attributes: Attributes): string {
  return element('path', { d: `M${px(x1)} ${px(y1)}L${px(x2)} ${px(y2)}`, ...attributes })
}

/** The `d` of a broken line through the points. */
export function polyline(points: readonly { readonly x: number; readonly y: number }[]): string {
  return points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${px(x)} ${px(y)}`).join('')
}

/** The `d` of a staircase: flat until the next level, then straight up or down. Points on one level make one line. */
export function staircase(points: readonly { readonly x: number; readonly y: number }[]): string {
  const last = points.length - 1
  return points
    .map(({ x, y }, index) => {
      if (index === 0) return `M${px(x)} ${px(y)}`
      if (px(y) !== px(points[index - 1]?.y ?? y)) return `H${px(x)}V${px(y)}`
      return index === last ? `H${px(x)}` : ''
    })
    .join('')
}

/** A triangle that points up or down, around a centre. */
export function triangle(x: number, y: number, size: number, direction: 'up' | 'down', attributes: Attributes): string {
  const tip = direction === 'up' ? -size : size
  return element('path', { d: `M${px(x)} ${px(y + tip)}L${px(x + size)} ${px(y - tip)}L${px(x - size)} ${px(y - tip)}Z`, ...attributes })
}

export function diamond(x: number, y: number, size: number, attributes: Attributes): string {
  return element('path', { d: `M${px(x)} ${px(y - size)}L${px(x + size)} ${px(y)}L${px(x)} ${px(y + size)}L${px(x - size)} ${px(y)}Z`, ...attributes })
}

/** About how wide a text is at a font size; generous, so that what is placed by it does not overlap. Chinese characters are square. */
export function textWidth(content: string, size: number): number {
  let width = 0
  for (const character of content) width += (character.codePointAt(0) ?? 0) > 0x2e7f ? size : size * 0.62
  return width
}

/** A number of pixels: at most two decimals, no exponent, no negative zero. */
export function px(value: number): string {
  const rounded = Math.round(value * 100) / 100
  return String(rounded === 0 ? 0 : rounded)
}

function escapeText(content: string): string {
  // Control characters and half surrogate pairs are not allowed in XML at all.
  return content
    .toWellFormed()
    .replace(/[^\P{Cc}\t\n]|[\ufffe\uffff]/gu, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
}
