/** SDEdit: points that are dragged are noised up to a strength, and walk back. */
import { jump } from '../../../../diffusion/noise/kernel.ts'
import { ddim, sample, uniformTimes } from '../../../../diffusion/sample/index.ts'
import { fold, key, normal } from '../../../../engine/random/index.ts'
import { figure, type Point } from '../../figure.ts'
import { heatOf, planeAxes } from '../../shared/field.ts'
import { coordinate, shown } from '../../shared/series.ts'
import { extent, prior, schedule } from './mixture.ts'

const copies = 12

/** Several edits of each point: where the walk begins, and its states down to data. */
export async function edits(points: readonly Point[], strength: number) {
  const clean = Float64Array.from(points.flatMap(([a, b]) => Array.from({ length: copies }, () => [a, b]).flat()))
  const noise = normal(fold(key('edit'), 'noise'), new Float64Array(clean.length))
  const start = jump(schedule, strength, clean, noise)
  const states = [start]
  const options = { sampler: ddim(), times: uniformTimes(24, { from: strength }), x: start }
  for await (const { x } of sample(prior, options)) states.push(Float64Array.from(x))
  return { clean, states }
}

export const edit = figure({
  id: 'edit',
  title: 'Noise to a strength, and back',
  hint: 'Drag the points anywhere. At a small strength they hardly move; at a large one they become likely, and forget where they were.',
  controls: {
    drawing: {
      kind: 'points',
      label: 'what was drawn',
      initial: [
        [-0.2, 0.1],
        [1.7, -0.9],
      ],
    },
    strength: { kind: 'slider', label: 't₀, the strength', min: 0.02, max: 0.98, step: 0.02, initial: 0.4 },
  },
  play: { control: 'strength', seconds: 6 },
  async show({ drawing, strength }) {
    const { clean, states } = await edits(drawing, strength)
    const [start, end] = [states[0]!, states.at(-1)!]
    const moved = Math.sqrt(clean.reduce((sum, value, i) => sum + (value - end[i]!) ** 2, 0) / (clean.length / 2))
    const likely = prior.logDensity(end, 0).reduce((sum, log) => sum + log, 0) / (end.length / 2)
    const before = prior.logDensity(clean, 0).reduce((sum, log) => sum + log, 0) / (end.length / 2)
    return {
      views: [
        {
          kind: 'plot',
          ...planeAxes(extent),
          handles: 'drawing',
          marks: [
            heatOf((points) => prior.logDensity(points, 0), extent),
            ...Array.from({ length: end.length / 2 }, (_, item) => ({
              kind: 'line' as const,
              x: states.map((x) => x[2 * item]!),
              y: states.map((x) => x[2 * item + 1]!),
              ink: 'muted' as const,
              width: 1,
              opacity: 0.6,
            })),
            {
              kind: 'points',
              x: coordinate(start, 0),
              y: coordinate(start, 1),
              ink: 'noise',
              radius: 2,
              label: 'noised to t₀',
            },
            {
              kind: 'points',
              x: coordinate(end, 0),
              y: coordinate(end, 1),
              ink: 'model',
              radius: 3,
              label: 'walked back',
            },
          ],
        },
      ],
      numbers: { strength, alpha: schedule.alpha(strength), sigma: schedule.sigma(strength), moved, likely },
      caption: `At strength ${strength.toFixed(2)} points move by ${shown(moved)} on average, and log p(x₀) rises from ${shown(before, 1)} to ${shown(likely, 1)}.`,
    }
  },
})
