/** A clipped mean, and the direction of the noise that goes with it. */
import { clipped } from '../../../../diffusion/denoise/index.ts'
import { cosineSchedule } from '../../../../diffusion/noise/index.ts'
import { ddim, faintTimes } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { twoModesOn } from '../../shared/line.ts'
import { linesOverTime, overTime, record, tube } from '../../shared/paths.ts'
import { normalPoints } from '../../shared/spread.ts'

const schedule = cosineSchedule()
const law = twoModesOn(schedule)
const reach = 3
const heat = tube(law, reach)

export const clippedFigure = figure({
  id: 'clipped',
  title: 'A clipped denoiser',
  hint: 'These data reach beyond the limit, so clipping bites. With the network’s own noise the paths end at the limit all the same, but on the way state, mean and noise no longer agree.',
  controls: {
    limit: { kind: 'slider', label: 'limit', min: 0.4, max: 1.6, step: 0.1, initial: 1 },
    direction: {
      kind: 'choice',
      label: 'direction',
      options: [
        { value: 'mean', label: 'from the clipped mean' },
        { value: 'network', label: 'the network’s own' },
      ],
      initial: 'mean',
    },
    steps: { kind: 'slider', label: 'steps', min: 4, max: 60, step: 1, initial: 20 },
  },
  async show({ limit, direction, steps }) {
    const times = faintTimes(schedule, steps, { from: 0.999 })
    const options = { sampler: ddim({ direction }), times, x: normalPoints(13) }
    const recorded = await record(clipped(law, [-limit, limit]), options)
    const free = await record(law, { ...options, sampler: ddim() })
    // half-way down, the first path: what the state is, and what clipped mean and noise add up to
    const k = Math.floor(steps / 2)
    const [t, x] = [times[k]!, recorded.states[k]![0]!]
    const mean = law.denoise(Float64Array.of(x), t)[0]!
    const kept = Math.max(-limit, Math.min(limit, mean))
    const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
    const noise = (x - alpha * (direction === 'mean' ? kept : mean)) / sigma
    const ends = recorded.states.at(-1)!
    const beyond = ends.filter((value) => Math.abs(value) > limit + 1e-9).length
    return {
      views: [
        overTime(`clipped to ±${say(limit)}`, reach, [
          heat,
          ...linesOverTime(free, { ink: 'muted', width: 1, opacity: 0.7, label: 'without clipping' }),
          ...linesOverTime(recorded, { ink: 'model', width: 1.3, label: 'clipped' }),
          { kind: 'rule', y: limit, ink: 'exact', dashed: true },
          { kind: 'rule', y: -limit, ink: 'exact', dashed: true },
        ]),
      ],
      numbers: {
        limit,
        x,
        mean,
        kept,
        noise,
        sum: alpha * kept + sigma * noise,
        difference: alpha * kept + sigma * noise - x,
      },
      caption: `Half-way, the first path is at ${say(x)}; its clipped mean and its noise add up to ${say(alpha * kept + sigma * noise)}. ${beyond} of ${ends.length} ends lie beyond the limit.`,
    }
  },
})
