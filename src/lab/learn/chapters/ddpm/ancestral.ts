/** Algorithm 2, step by step, on a table of few levels. */
import { mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { betasOfCurve, noiseTable, tableSchedule, timeOfIndex } from '../../../../diffusion/noise/index.ts'
import { ddpm, randomNoise } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { distanceTo, samplesPlot, twoModes } from '../../shared/line.ts'
import { linesOverTime, overTime, pathOf, record, tube } from '../../shared/paths.ts'
import { normalPoints } from '../../shared/spread.ts'

const reach = 3

/** The cosine table of so many levels. */
export const tableOf = (levels: number) =>
  noiseTable(betasOfCurve((u) => Math.cos(((u + 0.008) / 1.008) * (Math.PI / 2)) ** 2, levels))

export const ancestralFigure = figure({
  id: 'ancestral',
  title: 'Walking the chain back',
  hint: 'Press play and follow the strong path: each step pulls a little towards the data and adds a little noise. Take few levels and see what the Gaussian step cannot do.',
  controls: {
    step: { kind: 'slider', label: 'part of the way', min: 0.02, max: 1, step: 0.02, initial: 1 },
    levels: { kind: 'slider', label: 'levels T', min: 5, max: 150, step: 5, initial: 60 },
    seed: { kind: 'slider', label: 'seed', min: 0, max: 20, step: 1, initial: 7 },
  },
  play: { control: 'step', seconds: 8 },
  async show({ step, levels, seed }) {
    const table = tableOf(levels)
    const schedule = tableSchedule(table)
    const law = mixtureDenoiser({ schedule, components: twoModes })
    const times = [...Array.from({ length: levels }, (_, i) => timeOfIndex(table, levels - 1 - i)), 0]
    const taken = Math.max(1, Math.round(step * levels))
    const until = times.slice(0, taken + 1)
    const few = await record(law, { sampler: ddpm(), times: until, x: normalPoints(11), seed })
    const many = await record(law, { sampler: ddpm(), times: until, x: normalPoints(240), seed })
    const ends = many.states.at(-1)!
    // the last step of the third path in the letters of the paper
    const [i, item] = [levels - taken, 2]
    const [x, next, mean] = [few.states[taken - 1]![item]!, few.states[taken]![item]!, few.means[taken - 1]![item]!]
    const [beta, bar] = [table.betas[i]!, table.alphaBar[i]!]
    const before = i === 0 ? 1 : table.alphaBar[i - 1]!
    const noise = (x - Math.sqrt(bar) * mean) / Math.sqrt(1 - bar)
    const centre = (x - (beta / Math.sqrt(1 - bar)) * noise) / Math.sqrt(1 - beta)
    const sigma = Math.sqrt(((1 - before) / (1 - bar)) * beta)
    const z = new Float64Array(item + 1)
    randomNoise(1, { seed })(z, taken - 1, 0)
    const s = until.at(-1)!
    const distance = taken === levels ? distanceTo(twoModes, ends) : 0
    return {
      views: [
        overTime(`DDPM, ${taken} of ${levels} steps`, reach, [
          tube(law, reach, 36, 36),
          ...linesOverTime(few, { ink: 'muted', width: 1, opacity: 0.8 }),
          {
            kind: 'line',
            x: few.times,
            y: pathOf(few, item),
            ink: 'model',
            width: 2,
            label: 'the path of the numbers',
          },
          { kind: 'points', x: [s], y: [next], ink: 'model', radius: 4 },
        ]),
        samplesPlot(`240 samples at t = ${say(s)}`, ends, law, { t: s, top: 2, reach }),
      ],
      numbers: {
        t: i + 1,
        x,
        noise,
        mean: centre,
        sigma,
        z: s === 0 ? 0 : z[item]!,
        next,
        root: Math.sqrt(1 - beta),
        weight: beta / Math.sqrt(1 - bar),
        distance,
      },
      caption:
        `Step ${taken} of ${levels} takes the strong path from ${say(x)} to ${say(next)}: the mean of the step is ${say(centre)}, its deviation ${say(sigma)}.` +
        (taken === levels ? ` The ends are ${say(distance)} away from the density.` : ''),
    }
  },
})
