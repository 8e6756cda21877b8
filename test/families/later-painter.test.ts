/** Painters that are loaded at the first draw: disposal meanwhile, and another try after a failure. */
import { expect, test } from 'vitest'
import type { Drawn, Painter } from '../../src/families/family.ts'
import { laterPainter } from '../../src/families/later-painter.ts'

const makes = { kind: 'points', shape: [2] } as unknown as Painter['makes']
const drawn = { items: 'drawn' } as unknown as Drawn

/** A painter that notes what is asked of it, and refuses to draw after its end. */
function noted(log: string[]): Painter {
  let closed = false
  const dispose = (): void => {
    closed = true
    log.push('disposed')
  }
  return {
    makes,
    compilations: 3,
    async draw() {
      if (closed) throw new Error('too late')
      log.push('drawn')
      return drawn
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}

test('is loaded once, by the first draw', async () => {
  const log: string[] = []
  let loaded = 0
  const painter = laterPainter(makes, async () => (loaded++, noted(log)))
  expect([painter.makes, painter.compilations, loaded]).toEqual([makes, 0, 0])
  expect(await Promise.all([painter.draw({}), painter.draw({})])).toEqual([drawn, drawn])
  expect([painter.compilations, loaded]).toEqual([3, 1])
  painter.dispose()
  expect(log).toEqual(['drawn', 'drawn', 'disposed'])
})

test('a draw that waits for the code ends before the painter does; a later one is refused', async () => {
  const log: string[] = []
  const painter = laterPainter(makes, async () => noted(log))
  const waiting = painter.draw({})
  painter.dispose()
  expect(await waiting).toBe(drawn)
  await expect(painter.draw({})).rejects.toThrow('too late')
  expect(log).toEqual(['drawn', 'disposed'])
})

test('one that was disposed of before it drew refuses to draw', async () => {
  const painter = laterPainter(makes, async () => noted([]))
  painter.dispose()
  await expect(painter.draw({})).rejects.toThrow('too late')
})

test('code that could not be loaded is asked for again', async () => {
  let offline = true
  const painter = laterPainter(makes, async () => {
    if (offline) throw new Error('offline')
    return noted([])
  })
  await expect(painter.draw({})).rejects.toThrow('offline')
  offline = false
  expect(await painter.draw({})).toBe(drawn)
})

test('several requests are passed on together, or one after another to a painter that cannot', async () => {
  const log: string[] = []
  const plain = laterPainter(makes, async () => noted(log))
  expect(await plain.drawTogether!([{ seed: 1 }, { seed: 2 }])).toEqual([drawn, drawn])
  expect(log).toEqual(['drawn', 'drawn'])
  const groups: number[] = []
  const able = laterPainter(makes, async () => ({
    ...noted([]),
    async drawTogether(requests) {
      groups.push(requests.length)
      return requests.map(() => drawn)
    },
  }))
  expect(await able.drawTogether!([{ seed: 1 }, { seed: 2 }, { seed: 3 }])).toHaveLength(3)
  expect(groups).toEqual([3])
})
