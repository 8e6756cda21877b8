/** Models whose state is carried from run to run: by any session, and the checks of what is carried. */
import { describe, expect, test } from 'vitest'
import { add, input } from '../../../src/engine/graph/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { compileResident } from '../../../src/engine/runtime/resident-program.ts'
import { counter, residentCases } from './resident-cases.ts'

const engine = await nodeEngine()

describe('over a session on the CPU', () => {
  residentCases(() => engine, 'cpu', true)

  test('only where it is asked for: a CPU keeps nothing apart', async () => {
    expect(await counter(engine, 'cpu', false)).toBeUndefined()
    expect(await counter({ name: 'plain', createSession: engine.createSession }, 'cpu', false)).toBeUndefined()
  })
})

describe('what is carried', () => {
  const [x, y] = [input('x', [2]), input('y', [3])]
  const made = (carry: Readonly<Record<string, string>>, initial: Readonly<Record<string, Float32Array>>) =>
    compileResident({ a: add(x, 1), b: add(x, 2), c: add(y, 1) }, engine, {
      anywhere: true,
      carry,
      initial: () => initial,
    })
  const zeros = { x: new Float32Array(2), y: new Float32Array(3) }

  test.each([
    ['two outputs feed one input', { a: 'x', b: 'x' }, { x: zeros.x }, /two outputs feed one input/],
    ['no such output', { d: 'x' }, { x: zeros.x }, /no output 'd'/],
    ['no such input', { a: 'z' }, {}, /no input 'z'/],
    ['another shape', { a: 'y' }, { y: zeros.y }, /'a' is float32 \[2\], and the input 'y' float32 \[3\]/],
    ['a first value of another size', { a: 'x' }, { x: zeros.y }, /3 elements/],
    ['no first value', { a: 'x' }, {}, /x/],
  ])('fits: %s', async (_, carry, initial, message) => {
    await expect(made(carry, initial)).rejects.toMatchObject({ code: 'shape', message: expect.stringMatching(message) })
  })
})
