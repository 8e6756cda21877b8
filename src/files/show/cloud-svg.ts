/** Clouds as a drawing of lines and circles, which can be enlarged. */
import { ballSize } from './cloud-picture.ts'
import { type CloudView, depthColour, reachOf, seenPoints } from './cloud-view.ts'

/** Units along the side of a panel. */
const side = 240

/**
 * An SVG file of clouds `[items, n, d]`, a panel to each, in reading order.
 *
 * @param options `columns`: clouds in a row; by default as square as possible
 */
export function cloudSvg(
  clouds: Float32Array,
  [n, d]: readonly [number, number],
  { columns: wanted, ...view }: CloudView & { readonly columns?: number | undefined } = {},
): string {
  const count = clouds.length / (n * d)
  const columns = Math.min(count, Math.max(1, wanted ?? Math.ceil(Math.sqrt(count))))
  const [width, height] = [columns * side, Math.ceil(count / columns) * side]
  const reach = view.reach ?? reachOf(clouds, d)
  const size = ballSize(n, side)
  const panels = Array.from({ length: count }, (_, item) => {
    const seen = seenPoints(clouds.subarray(item * n * d, (item + 1) * n * d), d, { ...view, reach })
    const circles = seen.map(({ x, y, near }) => {
      const place = `cx="${(x * side).toFixed(2)}" cy="${(y * side).toFixed(2)}"`
      return `<circle ${place} r="${(size * (0.75 + 0.45 * near)).toFixed(2)}" fill="rgb(${depthColour(near).join()})"/>`
    })
    const place = `translate(${(item % columns) * side} ${Math.floor(item / columns) * side})`
    return `<g transform="${place}">${circles.join('')}</g>`
  })
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`
  return `${open}<rect width="100%" height="100%" fill="white"/>\n${panels.join('\n')}\n</svg>\n`
}
