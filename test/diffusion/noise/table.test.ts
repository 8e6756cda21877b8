import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { priorKl } from '../../../src/diffusion/noise/kernel.ts'
import {
  indexOfTime,
  tableOfSchedule,
  tableSchedule,
  timeOfIndex,
} from '../../../src/diffusion/noise/table-schedule.ts'
import { namedTable, noiseTable, zeroTerminalSnr } from '../../../src/diffusion/noise/table.ts'
import { vpSchedule } from '../../../src/diffusion/noise/vp.ts'

describe('tables', () => {
  it('linear: β in equal steps, ᾱ their product', () => {
    const { betas, alphaBar } = namedTable('linear')
    expect([betas[0], betas[999]]).toEqual([1e-4, 0.02])
    expect(betas[500]).toBeCloseTo(1e-4 + (500 / 999) * 0.0199, 15)
    expect(alphaBar[999]).toBeCloseTo(
      betas.reduce((product, beta) => product * (1 - beta), 1),
      15,
    )
    expect(alphaBar[999]).toBeCloseTo(4.0358e-5, 8)
  })

  it('scaled linear: √β in equal steps, as in Stable Diffusion', () => {
    const { betas, alphaBar } = namedTable('scaled_linear', { betaStart: 0.00085, betaEnd: 0.012 })
    expect(Math.sqrt(betas[1]!) - Math.sqrt(betas[0]!)).toBeCloseTo(Math.sqrt(betas[999]!) - Math.sqrt(betas[998]!), 12)
    expect(alphaBar[999]).toBeCloseTo(0.00466, 5)
  })

  it('cosine: ᾱ follows cos² until β is capped', () => {
    const { betas, alphaBar } = namedTable('squaredcos_cap_v2')
    const curve = (u: number) => Math.cos(((u + 0.008) / 1.008) * (Math.PI / 2)) ** 2
    for (const i of [0, 100, 500, 900]) expect(alphaBar[i]).toBeCloseTo(curve((i + 1) / 1000) / curve(0), 12)
    expect(betas[999]).toBe(0.999)
  })

  it('sigmoid: symmetric around the middle', () => {
    const { betas } = namedTable('sigmoid')
    expect(betas[300]! + betas[699]!).toBeCloseTo(1e-4 + 0.02, 12)
  })

  it('zero terminal SNR keeps the first level and empties the last', () => {
    const table = namedTable('scaled_linear')
    const rescaled = zeroTerminalSnr(table)
    expect(rescaled.alphaBar[0]).toBeCloseTo(table.alphaBar[0]!, 14)
    expect(rescaled.alphaBar[999]).toBe(0)
    expect(tableSchedule(rescaled).alpha(1)).toBe(0)
    expect(tableSchedule(rescaled).sigma(1)).toBe(1)
  })

  it('refuses β outside (0, 1) and unknown names', () => {
    expect(() => noiseTable([0.1, 1.5])).toThrow('beta[1] is 1.5')
    expect(() => noiseTable([1, 0.5])).toThrow('beta[0]')
    expect(() => namedTable('quadratic' as 'linear')).toThrow('unknown beta schedule')
  })

  it('the linear table of 1000 steps leaves about 1e-5 nats (L4)', () => {
    const schedule = tableSchedule(namedTable('linear'))
    const kl = priorKl(schedule, 1, 0.5)
    expect(kl).toBeGreaterThan(3e-6)
    expect(kl).toBeLessThan(3e-5)
  })
})

describe('a table as a schedule', () => {
  const table = namedTable('linear')
  const schedule = tableSchedule(table)

  it('is exact at the levels', () => {
    for (let i = 0; i < table.steps; i++) {
      const t = timeOfIndex(table, i)
      expect(indexOfTime(table, t)).toBe(i)
      expect(Math.abs(schedule.alpha(t) ** 2 / table.alphaBar[i]! - 1)).toBeLessThan(1e-12)
    }
  })

  it('and the table of that schedule is the table', () => {
    const back = tableOfSchedule(schedule, table.steps)
    for (let i = 0; i < table.steps; i++) expect(back.betas[i]).toBeCloseTo(table.betas[i]!, 12)
  })

  it('tends to the continuous equation that it discretises', () => {
    const continuous = vpSchedule({ betaMin: 0.1, betaMax: 20 })
    for (const t of [0.1, 0.3, 0.5, 0.7]) expect(schedule.logSnr(t)).toBeCloseTo(continuous.logSnr(t), 1)
  })
})

const golden = ['ddpm-rgb16', 'ddpm-digits-class']
  .map((name) => `../shared/golden/${name}`)
  .filter((path) => existsSync(path))
describe.skipIf(golden.length === 0)('models saved by diffusers', () => {
  it.each(golden)('%s: ᾱ and the ten DDIM steps', async (folder) => {
    const { tableIndices } = await import('../../../src/diffusion/sample/table-times.ts')
    const config = JSON.parse(readFileSync(`${folder}/scheduler/scheduler_config.json`, 'utf8'))
    const file = readFileSync(`${folder}/reference.safetensors`)
    const headerLength = Number(file.readBigUInt64LE(0))
    const header = JSON.parse(file.toString('utf8', 8, 8 + headerLength))
    const bytes = (name: string) => {
      const [from, to] = header[name].data_offsets
      return file.buffer.slice(file.byteOffset + 8 + headerLength + from, file.byteOffset + 8 + headerLength + to)
    }
    const { alphaBar } = namedTable(config.beta_schedule)
    new Float32Array(bytes('alphas_cumprod')).forEach((value, i) =>
      expect(Math.abs(alphaBar[i]! - value)).toBeLessThan(1e-6),
    )
    expect(tableIndices(1000, 10)).toEqual(Array.from(new BigInt64Array(bytes('ddim_timesteps')), Number))
  })
})
