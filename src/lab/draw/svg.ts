/** Scenes as SVG files: the same shapes as on the canvas. */
import { encodePng } from '../../files/io/png.ts'
import { fontFamily, type Pixels, type Scene, type Shape } from './scene.ts'

/** An SVG document. Pictures travel inside, as PNG. */
export function sceneSvg({ width, height, background, shapes }: Scene): string {
  let clips = 0
  const body = shapes.map((shape) => element(shape, () => `clip${clips++}`)).join('\n')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontFamily}">`,
    `<rect width="${width}" height="${height}" fill="${background}"/>`,
    body,
    '</svg>\n',
  ].join('\n')
}

function element(shape: Shape, clipName: () => string): string {
  const seen = 'opacity' in shape && shape.opacity !== undefined ? ` opacity="${shape.opacity}"` : ''
  switch (shape.kind) {
    case 'rect':
      return `<rect ${box(shape)} fill="${shape.fill}"${seen}/>`
    case 'path': {
      const { stroke, width = 1, dash, fill = 'none' } = shape
      const line = stroke === undefined ? '' : ` stroke="${stroke}" stroke-width="${width}" stroke-linejoin="round"`
      const dashes = dash === undefined ? '' : ` stroke-dasharray="${dash.join(' ')}"`
      return `<path d="${trace(shape.points)}" fill="${fill}"${line}${dashes}${seen}/>`
    }
    case 'segments': {
      let d = ''
      const { points } = shape
      for (let i = 0; i < points.length; i += 4) {
        d += `M${short(points[i]!)} ${short(points[i + 1]!)}L${short(points[i + 2]!)} ${short(points[i + 3]!)}`
      }
      return d === '' ? '' : `<path d="${d}" fill="none" stroke="${shape.stroke}" stroke-width="${shape.width}"/>`
    }
    case 'discs': {
      const { points, radius, fill } = shape
      const all = Array.from({ length: points.length / 2 }, (_, i) => {
        const [x, y] = [points[2 * i]!, points[2 * i + 1]!]
        if (!Number.isFinite(x) || !Number.isFinite(y)) return ''
        return `<circle cx="${short(x)}" cy="${short(y)}" r="${radius}"${seen}/>`
      })
      return `<g fill="${fill}">${all.join('')}</g>`
    }
    case 'text': {
      const { x, y, text, size, fill, anchor = 'start', turn = 0, bold = false } = shape
      const turned = turn === 0 ? '' : ` transform="rotate(${turn} ${short(x)} ${short(y)})"`
      const weight = bold ? ' font-weight="600"' : ''
      return `<text x="${short(x)}" y="${short(y)}" font-size="${size}" fill="${fill}" text-anchor="${anchor}"${weight}${turned}>${escaped(text)}</text>`
    }
    case 'image':
      return `<image ${box(shape)} preserveAspectRatio="none" style="image-rendering:pixelated" href="${dataUrl(shape.pixels)}"/>`
    case 'move': {
      const inner = shape.shapes.map((each) => element(each, clipName)).join('\n')
      return `<g transform="translate(${short(shape.x)} ${short(shape.y)})">\n${inner}\n</g>`
    }
    case 'clip': {
      const name = clipName()
      const inner = shape.shapes.map((each) => element(each, clipName)).join('\n')
      return `<clipPath id="${name}"><rect ${box(shape)}/></clipPath>\n<g clip-path="url(#${name})">\n${inner}\n</g>`
    }
  }
}

const short = (value: number): string => String(Math.round(value * 100) / 100)

function box({ x, y, width, height }: { x: number; y: number; width: number; height: number }): string {
  return `x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"`
}

function trace(points: Float32Array): string {
  let [d, open] = ['', false]
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!]
    const finite = Number.isFinite(x) && Number.isFinite(y)
    if (finite) d += `${open ? 'L' : 'M'}${short(x)} ${short(y)}`
    open = finite
  }
  return d
}

/** Text that may stand in XML. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function dataUrl({ width, height, data }: Pixels): string {
  const bytes = encodePng({ width, height, data: Uint8Array.from(data) })
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return `data:image/png;base64,${btoa(text)}`
}
