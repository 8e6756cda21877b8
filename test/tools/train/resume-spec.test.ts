/** What may change when a run goes on, and what is remembered of where it ran. */
import { describe, expect, test } from 'vitest'
import { resumeSpec } from '../../../src/tools/train/resume-spec.ts'
import { continuedSession, differences, recordSession } from '../../../src/tools/train/session-record.ts'
import { sessionOf } from '../../../src/tools/train/parse-session-record.ts'
import { parseBaseSpec } from '../../../src/tools/train/parse-base-spec.ts'
import { twoPartSpec } from './two-parts.ts'

const recorded = { ...twoPartSpec(), flip: true, widths: [8, 16] as readonly number[] }

describe('the specification', () => {
  test('of a run that goes on: equal values are no change, budget and rate may change', () => {
    expect(resumeSpec(recorded, {})).toEqual(recorded)
    expect(resumeSpec(recorded, structuredClone(recorded))).toEqual(recorded)
    expect(resumeSpec(recorded, { budget: { minutes: 3 }, optimizer: { rate: 0.5 }, batch: undefined })).toEqual({
      ...recorded,
      budget: { minutes: 3 },
      optimizer: { ...recorded.optimizer, rate: 0.5 },
    })
  })

  test.each([
    [{ batch: 9 }, 'batch is 8 in the run, and cannot become 9'],
    [{ budget: { steps: 99 }, optimizer: { rate: 2, weightDecay: 0.5 } }, 'optimizer.weightDecay is 0.01 in the run'],
    [{ widths: [8, 16, 32] }, 'widths is [8,16] in the run, and cannot become [8,16,32]'],
    [{ widths: [8, 17] }, 'widths is [8,16] in the run, and cannot become [8,17]'],
    [{ flip: false }, 'flip is true in the run, and cannot become false'],
    [{ accumulate: 2 }, 'accumulate is left to its default in the run, and cannot become 2'],
    [{ network: { config: { depth: 1 } } }, 'network.config.depth is left to its default in the run'],
  ])('%o is another run', (wanted, message) => {
    expect(() => resumeSpec(recorded, wanted)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: expect.stringContaining(message),
        hint: 'budget and optimizer.rate can change; everything else stays as it was',
      }),
    )
  })

  test.each([
    ['seed', 0.5],
    ['batch', 0],
    ['accumulate', 1.5],
    ['budget', { steps: 1, minutes: 1 }],
    ['budget', {}],
    ['network', { className: 'MLP' }],
    ['optimizer', { rate: 1 }],
  ])('of a file: %s %o is refused', (name, value) => {
    expect(() => parseBaseSpec({ ...recorded, [name]: value }, 'it')).toThrow(
      expect.objectContaining({ code: 'model', message: expect.stringContaining(`it: ${name}`) }),
    )
    expect(parseBaseSpec(recorded, 'it')).toEqual(recorded)
  })
})

describe('the session', () => {
  const here = { engine: 'capi', device: 'cpu' }

  test('goes on with what it had, unless something else is asked for', () => {
    expect(continuedSession({ device: 'webgpu', threads: 3 }, {})).toEqual({ device: 'webgpu', threads: 3 })
    expect(continuedSession({ device: 'webgpu', threads: 3 }, { device: 'cpu' })).toEqual({ device: 'cpu', threads: 3 })
    expect(continuedSession(undefined, {})).toEqual({})
  })

  test('is remembered as it was, and differences are told', () => {
    const before = recordSession(here, { threads: undefined }, { cores: 8 })
    expect(before).toEqual({ engine: 'capi', device: 'cpu', cores: 8 })
    expect(differences(before, before)).toEqual([])
    expect(differences(undefined, before)).toEqual([])
    expect(differences(before, { ...before, cores: 2 })).toEqual([
      'the run was computed on 8 cores, and here are 2; results may differ in their last digits',
    ])
    const [engine, device, threads] = differences(
      { ...before, threads: 4 },
      { engine: 'web', device: 'wasm', threads: 2, cores: 8 },
    )
    expect([engine, device, threads]).toEqual([
      expect.stringContaining('by the engine capi, and this is web'),
      expect.stringContaining('on cpu, and this is wasm'),
      expect.stringContaining('had 4 threads, and now has 2'),
    ])
  })

  test('with more threads than there are cores it is slow, and the same', () => {
    const [text, ...others] = differences({ ...here, threads: 4, cores: 8 }, { ...here, threads: 4, cores: 2 })
    expect([text, others]).toEqual(['the run has 4 threads, and here are 2 cores: it will be slow', []])
  })

  test('that is none is refused', () => {
    expect(sessionOf(undefined)).toBeUndefined()
    expect(() => sessionOf({ threads: 1.5 })).toThrow('checkpoint: session: threads is 1.5')
  })
})
