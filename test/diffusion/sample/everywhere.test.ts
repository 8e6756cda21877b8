/** Every sampler on every schedule: it samples the data, or says why it cannot. */
import { describe, expect, it } from 'vitest'
import { diracDenoiser } from '../../../src/diffusion/denoise/dirac.ts'
import { annealedLangevin } from '../../../src/diffusion/sample/langevin.ts'
import { predictorCorrector } from '../../../src/diffusion/sample/predictor-corrector.ts'
import { samplerByName, samplers } from '../../../src/diffusion/sample/registry.ts'
import { sampleFinal } from '../../../src/diffusion/sample/sample.ts'
import { tableTimes } from '../../../src/diffusion/sample/table-times.ts'
import { karrasTimes, uniformTimes } from '../../../src/diffusion/sample/times.ts'
import { schedules } from '../noise/schedules.ts'

const quick = [
  ...samplers.map(({ sampler }) => sampler).filter(({ name }) => !/langevin|^pc|learned|adaptive/.test(name)),
  predictorCorrector({ corrections: 1 }),
  annealedLangevin({ stepsPerLevel: 5 }),
]

describe.each(schedules.map((schedule) => [schedule.name, schedule] as const))('%s', (_, schedule) => {
  const denoiser = diracDenoiser({ schedule, shape: [2], points: [1, 1, -1, 1, 0, -1] })
  const grids: readonly (readonly [string, number[]])[] = [
    ['uniform', uniformTimes(12)],
    ['Karras', karrasTimes(schedule, 12)],
    ...(schedule.table ? [['trailing', tableTimes(schedule.table, 12, { spacing: 'trailing' })] as const] : []),
  ]

  it.each(grids)('%s times', async (grid, times) => {
    for (const sampler of quick) {
      const done = await sampleFinal(denoiser, { sampler, times, batch: 2, seed: 1 }).catch((error: unknown) => error)
      const label = `${sampler.name} on ${schedule.name}, ${grid}`
      if (done instanceof Float32Array) {
        // twelve steps in time are too few for some, but none may leave the finite
        const rough = /^(sde|euler-maruyama|pc|annealed|pndm|plms)/.test(sampler.name)
        expect(Math.max(...done.map(Math.abs)), label).toBeLessThan(rough ? 200 : 1.5)
      } else expect(String(done), label).toMatch(/no signal is left/)
    }
  })
})

it('samplers have different names, and are found by them and by their aliases', () => {
  const names = samplers.map(({ sampler }) => sampler.name)
  expect(new Set(names).size).toBe(names.length)
  for (const { sampler, alias } of samplers) {
    expect(samplerByName(sampler.name)).toBe(sampler)
    if (alias) expect(samplerByName(alias.toUpperCase())).toBe(sampler)
  }
  expect(() => samplerByName('ddimm')).toThrow('unknown sampler: ddimm')
})
