/** What a display of progress says. */
import { describe, expect, test, vi } from 'vitest'
import { phases, progressText } from '../../src/cli/progress.ts'

const count = { done: 30, total: 90, unit: 'images', note: '' }

describe('progress in words', () => {
  test('counts, rate and time left', () => {
    expect(progressText(count, { done: 10, seconds: 4 })).toBe('30/90 images · 5.0 images/s · 12 s left')
    expect(progressText({ ...count, note: 'loss 0.25' }, { done: 10, seconds: 4 })).toBe(
      '30/90 images · 5.0 images/s · 12 s left · loss 0.25',
    )
    expect(progressText({ ...count, done: 12 }, { done: 10, seconds: 4 })).toBe(
      '12/90 images · 2.0 s each · 2 min 36 s left',
    )
    expect(progressText({ ...count, done: 2500, total: 10_000 }, { done: 0, seconds: 2 })).toBe(
      '2,500/10,000 images · 1,250 images/s · 6.0 s left',
    )
  })

  test('has no empty place for what is not known', () => {
    expect(progressText({ ...count, done: 0 }, { done: 0, seconds: 0 })).toBe('0/90 images')
    expect(progressText({ ...count, total: undefined }, { done: 10, seconds: 4 })).toBe('30 images · 5.0 images/s')
    expect(progressText({ ...count, unit: '' }, { done: 10, seconds: 4 })).toBe('12 s left')
    expect(progressText({ ...count, unit: '', done: 0 }, { done: 0, seconds: 0 })).toBe('')
    expect(progressText({ ...count, done: 0.5, total: 3 }, { done: 0, seconds: 1 })).toBe(
      '0/3 images · 2.0 s each · 5.0 s left',
    )
  })

  test('nothing in a note is obeyed by the terminal', () => {
    expect(progressText({ ...count, note: 'a\u001B[2J' }, { done: 30, seconds: 0 })).toBe(
      String.raw`30/90 images · a\u{1b}[2J`,
    )
  })
})

test('where there is no terminal: a plain line every ten seconds, with the phase', async () => {
  const [written, now] = [[] as string[], vi.spyOn(performance, 'now').mockReturnValue(0)]
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  try {
    using display = phases()
    for (const [at, done] of [
      [0, 0],
      [5000, 1],
      [10_001, 2],
      [12_000, 3],
    ] as const) {
      now.mockReturnValue(at)
      display.onProgress({ phase: 'drawing', done, total: 8, unit: 'images' })
      await new Promise(setImmediate)
    }
    display.onRemark('half of it was measured')
    await new Promise(setImmediate)
    expect(written).toEqual(['drawing: 25 %, 2/8 images · 5.0 s each · 30 s left\n', 'half of it was measured\n'])
  } finally {
    write.mockRestore()
    now.mockRestore()
  }
})
