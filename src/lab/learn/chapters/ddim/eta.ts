/** DDIM's paths from the same starts, with more or less noise. */
import { cosineSchedule, transition } from '../../../../diffusion/noise/index.ts'
import { ddim, faintTimes, randomNoise } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { distanceTo, samplesPlot, twoModes, twoModesOn } from '../../shared/line.ts'
import { linesOverTime, overTime, record, tube } from '../../shared/paths.ts'
import { normalPoints } from '../../shared/spread.ts'

const reach = 3
const schedule = cosineSchedule()
const law = twoModesOn(schedule)
const heat = tube(law, reach)

export const etaFigure = figure({
  id: 'eta',
  title: 'From DDPM to a curve',
  hint: 'Turn η from 0 to 1: the paths go from smooth to rough, and the ends forget the starts. Few steps serve η = 0 best.',
  controls: {
    eta: { kind: 'slider', label: 'η', min: 0, max: 1, step: 0.05, initial: 0 },
    steps: { kind: 'slider', label: 'steps', min: 2, max: 100, step: 1, initial: 20 },
    seed: { kind: 'slider', label: 'seed', min: 0, max: 20, step: 1, initial: 4 },
  },
  play: { control: 'eta', seconds: 5 },
  async show({ eta, steps, seed }) {
    const times = faintTimes(schedule, steps, { from: 0.999 })
    const sampler = ddim({ eta })
    const few = await record(law, { sampler, times, x: normalPoints(13), seed })
    const many = await record(law, { sampler, times, x: normalPoints(240), seed })
    const ends = many.states.at(-1)!
    const distance = distanceTo(twoModes, ends)
    // the first step of the fourth start, number by number
    const [t, s] = [times[0]!, times[1]!]
    const [x, mean] = [few.states[0]![3]!, few.means[0]![3]!]
    const [alphaT, sigmaT, alphaS, sigmaS] = [
      schedule.alpha(t),
      schedule.sigma(t),
      schedule.alpha(s),
      schedule.sigma(s),
    ]
    const noise = (x - alphaT * mean) / sigmaT
    const c = eta * Math.sqrt(transition(schedule, s, t).posterior.variance)
    const z = new Float64Array(4)
    randomNoise(1, { seed })(z, 0, 0)
    return {
      views: [
        overTime(`η = ${say(eta)}, ${steps} steps`, reach, [
          heat,
          ...linesOverTime(few, { ink: 'model', width: 1.2, opacity: 0.85 }),
        ]),
        samplesPlot('240 ends', ends, law, { top: 2 }),
      ],
      numbers: {
        eta,
        x,
        mean,
        noise,
        c,
        z: eta > 0 ? z[3]! : 0,
        alphaS,
        along: Math.sqrt(Math.max(0, sigmaS ** 2 - c ** 2)),
        next: few.states[1]![3]!,
        distance,
      },
      caption: `With η = ${say(eta)} and ${steps} steps the ends are ${say(distance)} away from the density. The first step of the fourth start goes from ${say(x)} to ${say(few.states[1]![3]!)}.`,
    }
  },
})
