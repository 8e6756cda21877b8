/** Pictures and curves as text for a terminal. The caller chooses the colours: see {@link terminalColors}. */
import { depthOf, type Raster } from './raster.ts'

/** What a terminal can show: 24-bit colour, the 256-colour palette, or plain characters. */
export type TerminalColors = 'truecolor' | '256' | 'none'

/**
 * The colours of the terminal, by the environment. `NO_COLOR` (not empty), `TERM=dumb` and not being a terminal mean
 * none; `FORCE_COLOR` means some even then.
 *
 * @param environment such as `process.env`
 * @param isTerminal whether the stream is a terminal
 * @see https://no-color.org
 */
export function terminalColors(
  environment: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): TerminalColors {
  const { NO_COLOR, FORCE_COLOR, TERM, COLORTERM } = environment
  if (NO_COLOR) return 'none'
  if (FORCE_COLOR === '0' || FORCE_COLOR === 'false') return 'none'
  if (!FORCE_COLOR && (!isTerminal || TERM === 'dumb')) return 'none'
  return FORCE_COLOR === '3' || COLORTERM === 'truecolor' || COLORTERM === '24bit' ? 'truecolor' : '256'
}

/**
 * A picture as lines of text: two pixels a character, the upper one the colour of a half block `▀`, the lower one its
 * background. Transparent pixels show the terminal's background. Without colours: characters from light to dense, an
 * average of
 * the two.
 *
 * @param options `colors`: what the terminal can show; `columns`: the most characters in a line, wider pictures shrink
 */
export function previewText(raster: Raster, options: { colors: TerminalColors; columns?: number }): string {
  const { colors, columns = 80 } = options
  const small = shrink(raster, columns)
  const { width, height, data } = small
  const depth = depthOf(small)
  const pixel = (x: number, y: number): readonly number[] | undefined => {
    const at = depth * (y * width + x)
    if (y >= height) return depth === 4 ? undefined : [255, 255, 255]
    return depth === 4 && data[at + 3]! < 128 ? undefined : [...data.subarray(at, at + 3)]
  }
  const lines: string[] = []
  for (let y = 0; y < height; y += 2) {
    let line = ''
    let last = ''
    for (let x = 0; x < width; x++) {
      const [upper, lower] = [pixel(x, y), pixel(x, y + 1)]
      if (colors === 'none') {
        const light = [upper, lower].map((color) => (color ? luma(color) : 0))
        line += shades[Math.round(((light[0]! + light[1]!) / 510) * (shades.length - 1))]
        continue
      }
      const [block, front, back] = upper
        ? ['▀', upper, lower]
        : lower
          ? ['▄', lower, undefined]
          : [' ', undefined, undefined]
      const [ink, paper] = [
        front ? `38;${colorCode(front, colors)}` : '39',
        back ? `48;${colorCode(back, colors)}` : '49',
      ]
      const color = `\u001b[${ink};${paper}m`
      line += color === last ? block : `${color}${block}`
      last = color
    }
    lines.push(colors === 'none' ? line.trimEnd() : `${line}\u001b[0m`)
  }
  return lines.join('\n')
}

/**
 * A curve in one line of text, `▁` the lowest and `█` the highest value; `·` where a value is not finite.
 *
 * @param values the curve
 * @param width the most characters: more values are averaged in groups
 */
export function sparkline(values: ArrayLike<number>, width = 40): string {
  const length = Math.min(width, values.length)
  const groups = Array.from({ length }, (_, i) => {
    const [from, to] = [i, i + 1].map((edge) => Math.floor((edge * values.length) / length)) as [number, number]
    let sum = 0
    for (let k = from; k < to; k++) sum += values[k]!
    return sum / (to - from)
  })
  const finite = groups.filter(Number.isFinite)
  const low = Math.min(...finite)
  const range = Math.max(...finite) - low
  return groups
    .map((value) => {
      if (!Number.isFinite(value)) return '·'
      return bars[range > 0 ? Math.min(7, Math.floor(((value - low) / range) * 8)) : 3]
    })
    .join('')
}

const bars = '▁▂▃▄▅▆▇█'
/** From black to white as seen on a dark terminal. */
const shades = ' .:-=+*#%@'

/** The average of blocks of pixels, so that a line has at most so many. */
function shrink(raster: Raster, columns: number): Raster {
  if (raster.width <= columns) return raster
  const depth = depthOf(raster)
  const width = columns
  const height = Math.max(1, Math.round((raster.height * columns) / raster.width))
  const data = new Uint8Array(width * height * depth)
  const edge = (i: number, from: number, to: number): number => Math.floor((i * from) / to)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [left, right] = [edge(x, raster.width, width), edge(x + 1, raster.width, width)]
      const [top, bottom] = [
        edge(y, raster.height, height),
        Math.max(edge(y + 1, raster.height, height), edge(y, raster.height, height) + 1),
      ]
      for (let c = depth - 1, opacity = 1; c >= 0; c--) {
        let sum = 0
        for (let v = top; v < bottom; v++) {
          for (let u = left; u < right; u++) {
            const at = depth * (v * raster.width + u)
            sum += raster.data[at + c]! * (depth === 4 && c < 3 ? raster.data[at + 3]! / 255 : 1)
          }
        }
        const mean = sum / ((right - left) * (bottom - top))
        // colours of transparent pixels count for nothing
        if (c === 3) opacity = mean / 255
        data[depth * (y * width + x) + c] = Math.round(c < 3 && opacity > 0 ? mean / opacity : mean)
      }
    }
  }
  return { width, height, data }
}

/** The arguments of a colour escape: `2;r;g;b`, or `5;n` for the nearest of the palette's cube and grey ramp. */
function colorCode(rgb: readonly number[], colors: TerminalColors): string {
  if (colors === 'truecolor') return `2;${rgb.join(';')}`
  const cube = rgb.map((value) =>
    cubeLevels.reduce((best, level, i) => (off(level, value) < off(cubeLevels[best]!, value) ? i : best), 0),
  )
  const step = Math.min(23, Math.max(0, Math.round((luma(rgb) - 8) / 10)))
  const error = (color: readonly number[]): number => color.reduce((sum, value, i) => sum + (value - rgb[i]!) ** 2, 0)
  const grey = error([8 + 10 * step, 8 + 10 * step, 8 + 10 * step])
  if (grey < error(cube.map((level) => cubeLevels[level]!))) return `5;${232 + step}`
  return `5;${16 + 36 * cube[0]! + 6 * cube[1]! + cube[2]!}`
}

/** The six intensities of the colour cube. */
const cubeLevels = [0, 95, 135, 175, 215, 255]

function off(a: number, b: number): number {
  return Math.abs(a - b)
}

function luma(rgb: readonly number[]): number {
  return 0.2126 * rgb[0]! + 0.7152 * rgb[1]! + 0.0722 * rgb[2]!
}
