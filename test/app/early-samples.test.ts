/** A rough picture soon after the start of a run: once, of a new run alone, and without taking training's time. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { trainRun } from '../../src/app/node/train-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-early-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Steps at which samples were drawn, and whether they were early; all seconds that steps and the end tell. */
async function samplesOf(
  out: string,
  options: object,
  more: object,
): Promise<{ samples: unknown[]; seconds: number[] }> {
  const found: unknown[] = []
  const seconds: number[] = []
  const tiny = { items: 64, batch: 16, widths: [8], depth: 1, ...options }
  for await (const event of trainRun({ data: 'moons', out: join(folder, out), options: tiny, ...more })) {
    if (event.type === 'step' || event.type === 'end') seconds.push(event.seconds)
    if (event.type !== 'samples') continue
    expect(existsSync(event.path)).toBe(true)
    found.push([event.step, event.early ?? false])
  }
  return { samples: found, seconds }
}

test('is drawn once, after these seconds; a resumed run has had it', async () => {
  const first = await samplesOf('once', { steps: 4, sampleEvery: 3 }, { earlySamples: 0 })
  expect(first.samples).toEqual([
    [1, true],
    [3, false],
  ])
  expect(first.seconds).toEqual(first.seconds.toSorted((a, b) => a - b))
  const resumed = await samplesOf(
    'once',
    { steps: 6 },
    { data: undefined, resume: true, earlySamples: 0, options: { steps: 6 } },
  )
  expect(resumed.samples).toEqual([[6, false]])
})

test('is not drawn where training ends before', async () => {
  expect((await samplesOf('short', { steps: 2 }, { earlySamples: 1e6 })).samples).toEqual([])
  expect((await samplesOf('unasked', { steps: 2 }, {})).samples).toEqual([])
})
