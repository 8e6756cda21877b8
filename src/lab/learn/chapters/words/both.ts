/** Two conditions at once: four clusters, two of them on the right and two above. */
import { mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { composedOf } from '../../../../diffusion/guidance/index.ts'
import { cosineSchedule } from '../../../../diffusion/noise/index.ts'
import { heun, karrasTimes, sample } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { settled } from '../../shared/paths.ts'
import { densityOf, dots, planePlot } from '../../shared/plane.ts'

const schedule = cosineSchedule()
const reach = 2.6
const corners = [
  [1, 1],
  [1, -1],
  [-1, 1],
  [-1, -1],
] as const
const law = (wanted: (corner: readonly [number, number]) => boolean) =>
  mixtureDenoiser({ schedule, components: corners.filter(wanted).map((mean) => ({ mean, covariance: 0.12 })) })
const everything = law(() => true)
const right = law(([x]) => x > 0)
const above = law(([, y]) => y > 0)
const times = karrasTimes(schedule, 14)
const count = 160

/** Samples with these weights. */
export function drawnOf(wRight: number, wAbove: number): Promise<Float64Array> {
  const denoiser = composedOf(everything, [
    { denoiser: right, weight: wRight },
    { denoiser: above, weight: wAbove },
  ])
  return settled(sample(denoiser, { sampler: heun(), times, batch: count, seed: 1, dtype: 'float64' }))
}

/** The shares of points on the right, above, and both. */
export function sharesOf(points: Float64Array): readonly [right: number, above: number, both: number] {
  const items = points.length / 2
  const share = (holds: (x: number, y: number) => boolean): number =>
    Array.from({ length: items }, (_, i) => Number(holds(points[2 * i]!, points[2 * i + 1]!))).reduce(
      (sum, each) => sum + each,
      0,
    ) / items
  return [share((x) => x > 0), share((_, y) => y > 0), share((x, y) => x > 0 && y > 0)]
}

export const bothFigure = figure({
  id: 'both',
  title: 'Right, and above',
  hint: 'Set both weights to 1: only one cluster fulfils both, and no condition alone names it. A negative weight asks for the opposite.',
  controls: {
    right: { kind: 'slider', label: 'weight of “right”', min: -2, max: 3, step: 0.25, initial: 1 },
    above: { kind: 'slider', label: 'weight of “above”', min: -2, max: 3, step: 0.25, initial: 1 },
  },
  async show({ right: wRight, above: wAbove }) {
    const [one, samples] = [await drawnOf(wRight, 0), await drawnOf(wRight, wAbove)]
    const [toRight, toAbove, both] = sharesOf(samples)
    const clean = schedule.timeOfLogSnr(8)
    const panel = (title: string, points: Float64Array) =>
      planePlot(reach, [densityOf(everything, clean, reach), dots(points, 'model', { radius: 2, opacity: 0.8 })], {
        title,
      })
    return {
      views: [panel('“right” alone', one), panel('both', samples)],
      numbers: { wRight, wAbove, toRight, toAbove, both },
      caption: `With weights ${say(wRight)} and ${say(wAbove)}, ${Math.round(100 * toRight)} % of the samples are on the right, ${Math.round(100 * toAbove)} % above, and ${Math.round(100 * both)} % both.`,
    }
  },
})
