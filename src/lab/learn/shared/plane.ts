/** Plots of the plane: a density as shades, points over it, and arrows whose lengths can be read. */
import type { AnalyticDenoiser } from '../../../diffusion/denoise/index.ts'
import type { Ink, Mark, Plot } from '../figure.ts'
import { column, lattice, shades } from './grid.ts'

/** A square plot of the plane, [−reach, reach]². */
export function planePlot(reach: number, marks: readonly Mark[], rest: Pick<Plot, 'title' | 'handles'> = {}): Plot {
  const axis = { label: '', min: -reach, max: reach, bare: true }
  return { kind: 'plot', x: axis, y: axis, equal: true, marks, ...rest }
}

/** p_t as shades over the square, its greatest value darkest. */
export function densityOf(law: Pick<AnalyticDenoiser, 'logDensity'>, t: number, reach: number, cells = 44): Mark {
  const values = shades(law.logDensity(lattice([-reach, reach, -reach, reach], cells), t))
  return { kind: 'heat', values, columns: cells, rows: cells, range: [0, 1.6], palette: 'density' }
}

/** Points `[N, 2]`. */
export function dots(
  points: ArrayLike<number>,
  ink: Ink,
  rest: { readonly radius?: number; readonly opacity?: number; readonly label?: string } = {},
): Mark {
  return { kind: 'points', x: column(points, 0), y: column(points, 1), ink, ...rest }
}

/**
 * Arrows of a field `[N, 2]` at points `[N, 2]`. Lengths are compressed, none is longer than `longest`: a score far out grows
 * without bound.
 *
 * @param unit the length of a vector that is drawn at 0.76 of the longest
 */
export function arrowsAt(
  points: ArrayLike<number>,
  field: ArrayLike<number>,
  ink: Ink,
  { longest, unit, label }: { readonly longest: number; readonly unit: number; readonly label?: string },
): Mark {
  const [dx, dy] = [column(field, 0), column(field, 1)]
  for (let i = 0; i < dx.length; i++) {
    const size = Math.hypot(dx[i]!, dy[i]!)
    const factor = size === 0 ? 0 : (longest * Math.tanh(size / unit)) / size
    dx[i]! *= factor
    dy[i]! *= factor
  }
  return { kind: 'arrows', x: column(points, 0), y: column(points, 1), dx, dy, ink, ...(label && { label }) }
}
