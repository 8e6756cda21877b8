/** Cuts of the power and refusals of the system at some of the changes that lines make; `npm run campaign` tries every one, and kills processes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cutAt, jumpedAt, refusedAt, type Stage, staged } from './interrupt.ts'
import { killedAt } from './processes.ts'
import { scenarios } from './scenarios.ts'

const named = (name: string) => scenarios.find((scenario) => scenario.name === name)!

describe.each(['train', 'resume', 'sample over'])('%s', (name) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await staged(named(name))
  })
  afterAll(() => stage[Symbol.dispose]())

  /** Changes spread over the line, other ones in each scenario. */
  const places = (count: number): number[] =>
    Array.from({ length: count }, (_, i) => 1 + Math.floor(((i + (name.length % 3) / 3) / count) * stage.changes))

  test('there is much to interrupt', () => expect(stage.changes).toBeGreaterThan(5))

  test('a power cut leaves a whole state that goes on', async () => {
    for (const at of places(4)) expect(await cutAt(stage, at)).toMatchObject({ problem: undefined })
  })

  test('a clock that jumps changes nothing', async () => {
    for (const seed of [1, 2]) expect(await jumpedAt(stage, seed)).toMatchObject({ problem: undefined })
  })

  test.each(['ENOSPC', 'EACCES', 'EROFS', 'EMFILE'] as const)('%s is said, and leaves a whole state', async (code) => {
    const [at] = places(3).slice(code.length % 3)
    expect(await refusedAt(stage, code, at!)).toMatchObject({ problem: undefined })
  })
})

test('a process that is killed while it saves leaves a whole state', async () => {
  using stage = await staged(named('resume'))
  expect(await killedAt(stage, Math.floor(stage.changes / 2))).toMatchObject({ problem: undefined })
})
