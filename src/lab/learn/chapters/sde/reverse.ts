/** The reverse equation with any amount of noise, and the flow, from the same starts. */
import { predictionOfSample } from '../../../../diffusion/denoise/index.ts'
import { vpSchedule } from '../../../../diffusion/noise/index.ts'
import { reverseSde, uniformTimes } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { distanceTo, samplesPlot, shareLeft, twoModes, twoModesOn } from '../../shared/line.ts'
import { linesOverTime, overTime, record, tube } from '../../shared/paths.ts'
import { normalPoints } from '../../shared/spread.ts'

const reach = 3
const schedule = vpSchedule()
const law = twoModesOn(schedule)
const heat = tube(law, reach)
const crowd = normalPoints(240)
const shown = normalPoints(13)

export const reverseFigure = figure({
  id: 'reverse',
  title: 'The film run backwards, with noise and without',
  hint: 'Choose “one start”: noise lets it end in either mode, the flow always in the same. Lower η and watch the two become one.',
  controls: {
    eta: { kind: 'slider', label: 'η', min: 0, max: 1, step: 0.05, initial: 1 },
    steps: { kind: 'slider', label: 'steps', min: 10, max: 200, step: 10, initial: 100 },
    from: {
      kind: 'choice',
      label: 'starts',
      options: [
        { value: 'spread', label: 'spread as N(0, 1)' },
        { value: 'one', label: 'one start' },
      ],
      initial: 'spread',
    },
    start: { kind: 'slider', label: 'the one start', min: -2.5, max: 2.5, step: 0.05, initial: -0.3 },
    seed: { kind: 'slider', label: 'seed', min: 0, max: 20, step: 1, initial: 4 },
  },
  async show({ eta, steps, from, start, seed }) {
    const times = uniformTimes(steps, { to: 0.005 })
    const starts = from === 'one' ? new Float64Array(13).fill(start) : shown
    const many = from === 'one' ? new Float64Array(240).fill(start) : crowd
    const run = (x: Float64Array, noise: number) => record(law, { sampler: reverseSde({ eta: noise }), times, x, seed })
    const [noisy, flow, all] = [await run(starts, eta), await run(starts, 0), await run(many, eta)]
    const ends = all.states.at(-1)!
    // the equation at the first start
    const [x, t] = [starts[0]!, 1]
    const at = Float64Array.of(x)
    const score = predictionOfSample('score', schedule, t, law.denoise(at, t), at)[0]!
    const [f, g2] = [schedule.drift(t), schedule.diffusion(t)]
    const distance = distanceTo(twoModes, ends)
    return {
      views: [
        overTime(`η = ${say(eta)}`, reach, [heat, ...linesOverTime(noisy, { ink: 'model', width: 1, opacity: 0.8 })]),
        overTime('the flow, η = 0', reach, [
          heat,
          ...linesOverTime(flow, { ink: { series: 3 }, width: 1, opacity: 0.9 }),
        ]),
        samplesPlot(`${many.length} ends with η = ${say(eta)}`, ends, law, { top: 2 }),
      ],
      numbers: {
        eta,
        x,
        score,
        pull: f * x,
        drift: f * x - ((1 + eta ** 2) / 2) * g2 * score,
        noise: eta * Math.sqrt(g2),
        left: shareLeft(ends),
        distance,
      },
      caption:
        `${Math.round(100 * shareLeft(ends))} % of the ends are in the left mode, which holds 33 % of the data` +
        (from === 'one' ? `; all began at ${say(start)}.` : `; their distance from the density is ${say(distance)}.`),
    }
  },
})
