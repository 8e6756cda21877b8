/** A density in the plane as noise covers it: the marginals of five times. */
import { cosineSchedule } from '../../src/diffusion/noise/index.ts'
import { diracDenoiser } from '../../src/diffusion/denoise/index.ts'
import { densityDataset } from '../../src/files/data/builtin/densities.ts'
import { key } from '../../src/engine/random/index.ts'
import { type Extent, lattice, shades } from '../../src/lab/learn/shared/grid.ts'
import { colors, figure, plane, rampTo } from './plot/index.ts'

const extent: Extent = [-3, 3, -3, 3]

export async function forwardDensity(): Promise<string> {
  const schedule = cosineSchedule()
  const points = densityDataset('pinwheel', 600, key('pinwheel')).data
  const data = diracDenoiser({ schedule, shape: [2], points })
  const panels = [0.05, 0.12, 0.22, 0.4, 0.95].map(async (t) => ({
    title: `t = ${t}`,
    x: { from: extent[0], to: extent[1], ticks: [-2, 0, 2], numbers: false },
    y: { from: extent[2], to: extent[3], ticks: [-2, 0, 2], numbers: false },
    marks: [await plane(shades(data.logDensity(lattice(extent, 48), t)), 48, rampTo(colors.blue))],
  }))
  return figure(await Promise.all(panels), { size: [140, 140] })
}
