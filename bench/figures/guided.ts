/** Classifier-free guidance on a mixture of three classes: what scales below and above 1 do to the samples of one class. */
import { mixtureDenoiser } from '../../src/diffusion/denoise/index.ts'
import { guidedAway } from '../../src/diffusion/guidance/cfg.ts'
import { cosineSchedule } from '../../src/diffusion/noise/index.ts'
import { heun, karrasTimes, sampleFinal } from '../../src/diffusion/sample/index.ts'
import { type Extent, lattice, pairs, shades } from '../../src/lab/learn/shared/grid.ts'
import { colors, dots, figure, plane, rampTo } from './plot/index.ts'

const extent: Extent = [-3, 3, -3, 3]

export async function guided(): Promise<string> {
  const schedule = cosineSchedule()
  const classes = [
    { mean: [0, 1], covariance: [0.25, 0.1] },
    { mean: [-1.1, -0.6], covariance: 0.18 },
    { mean: [1.1, -0.6], covariance: 0.18 },
  ]
  const everything = mixtureDenoiser({ schedule, components: classes })
  const one = mixtureDenoiser({ schedule, components: [classes[0]!] })
  const shade = await plane(
    shades(everything.logDensity(lattice(extent, 64), schedule.timeOfLogSnr(8))),
    64,
    rampTo(colors.sky),
  )
  const axis = { from: -3, to: 3, ticks: [-2, 0, 2] }
  const panels = [0, 1, 3, 7.5].map(async (scale) => {
    const samples = await sampleFinal(guidedAway(one, everything, { scale }), {
      sampler: heun(),
      times: karrasTimes(schedule, 32),
      batch: 400,
      seed: 1,
      dtype: 'float64',
    })
    return {
      title: `scale ${scale}, w = ${String(scale - 1).replace('-', '−')}`,
      x: axis,
      y: axis,
      marks: [shade, dots(pairs(samples), { radius: 1.5, opacity: 0.6, color: colors.red })],
    }
  })
  return figure(await Promise.all(panels), { size: [160, 160] })
}
