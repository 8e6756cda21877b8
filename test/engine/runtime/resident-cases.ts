/** What every engine's resident models must do: cases over an engine and a device. */
import { expect, test } from 'vitest'
import { add, input, mul, sum } from '../../../src/engine/graph/index.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import { compileResident } from '../../../src/engine/runtime/resident-program.ts'

/** Two carried values, one fed and one read: x ← x + by, n ← 2 n, total = Σ x before the step. */
export function counter(engine: Engine, device: string, anywhere: boolean) {
  const [x, by, n] = [input('x', [3]), input('by', []), input('n', [1])]
  return compileResident({ 'next x': add(x, by), 'next n': mul(n, 2), total: sum(x) }, engine, {
    device,
    anywhere,
    carry: { 'next x': 'x', 'next n': 'n' },
    initial: () => ({ x: Float32Array.of(1, 2, 3), n: Float32Array.of(1) }),
  })
}

/** Declares the tests. */
export function residentCases(engineOf: () => Engine, device: string, anywhere = false): void {
  const made = async () => (await counter(engineOf(), device, anywhere))!

  test('state is carried from step to step and comes back when asked for', async () => {
    using resident = await made()
    const total = new Float32Array(1)
    const totals: number[] = []
    for (const by of [1, 10, 100]) {
      await resident.step({ by: Float32Array.of(by) }, { total })
      totals.push(total[0]!)
    }
    expect(totals).toEqual([6, 9, 39])
    expect(await resident.state()).toEqual({ x: Float32Array.of(112, 113, 114), n: Float32Array.of(8) })
    // Asked again, and into arrays of the caller's: the same; and steps go on from there.
    const into = { x: new Float32Array(3), n: new Float32Array(1) }
    await resident.state(into)
    expect(into.x).toEqual(Float32Array.of(112, 113, 114))
    await resident.step({ by: Float32Array.of(0) }, {})
    expect((await resident.state()).n).toEqual(Float32Array.of(16))
  })

  test('a step that is not accepted changes nothing', async () => {
    using resident = await made()
    const total = new Float32Array(1)
    await resident.step({ by: Float32Array.of(1) }, { total })
    await resident.step({ by: Float32Array.of(Number.NaN) }, { total }, { accept: () => total[0] !== 9 })
    expect(await resident.state()).toEqual({ x: Float32Array.of(2, 3, 4), n: Float32Array.of(2) })
    await resident.step({ by: Float32Array.of(1) }, { total }, { accept: () => total[0] === 9 })
    expect((await resident.state()).x).toEqual(Float32Array.of(3, 4, 5))
  })

  test('what is fed may change as soon as a step is asked for again; steps follow one another', async () => {
    using resident = await made()
    const steps = Array.from({ length: 8 }, (_, i) => resident.step({ by: Float32Array.of(i) }, {}))
    const state = resident.state()
    await Promise.all(steps)
    expect((await state).x).toEqual(Float32Array.of(29, 30, 31))
  })

  test('wrong tensors are refused by name, before anything runs', async () => {
    using resident = await made()
    await expect(async () => resident.step({}, {})).rejects.toMatchObject({ code: 'shape', message: /by/ })
    await expect(async () => resident.step({ by: new Float32Array(2) }, {})).rejects.toMatchObject({ code: 'shape' })
    const read = { nothing: new Float32Array(1) }
    await expect(async () => resident.step({ by: new Float32Array(1) }, read)).rejects.toMatchObject({ code: 'shape' })
    expect((await resident.state()).n).toEqual(Float32Array.of(1))
  })

  test('is not used after it was disposed', async () => {
    const resident = await made()
    resident.dispose()
    resident.dispose()
    await expect(resident.step({ by: new Float32Array(1) }, {})).rejects.toMatchObject({ code: 'usage' })
  })
}
