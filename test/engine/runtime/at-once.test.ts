/** Many runs asked for at the same time, on one session and in worker threads: the same values as one after another. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { add, input, matmul } from '../../../src/engine/graph/index.ts'
import { bindingEngine } from '../../../src/engine/runtime/node/ort-binding.ts'
import { capiEngine } from '../../../src/engine/runtime/node/ort-capi.ts'
import { compile } from '../../../src/engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../../../src/engine/runtime/session.ts'
import { oneAtATime } from '../../../src/engine/runtime/turns.ts'

describe('one at a time', () => {
  test('tasks do not overlap, come in their order, and do not mind one that fails', async () => {
    const turn = oneAtATime()
    const events: string[] = []
    const task = (name: string, fail = false) =>
      turn(async () => {
        events.push(`${name} begins`)
        await new Promise((resolve) => setTimeout(resolve, 1))
        events.push(`${name} ends`)
        if (fail) throw new Error(name)
        return name
      })
    const results = await Promise.allSettled([task('a'), task('b', true), task('c')])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
    expect(await task('d')).toBe('d')
  })

  test('a task that is alone begins at once', () => {
    let begun = false
    void oneAtATime()(async () => void (begun = true))
    expect(begun).toBe(true)
  })
})

describe.each<Engine>([bindingEngine, capiEngine])('$name', (engine) => {
  const size = 64
  const x = input('x', [size, size])
  const open = (thread: SessionOptions['thread']) =>
    compile({ y: add(x, 1), z: matmul(x, x) }, engine, { threads: 2, ...(thread && { thread }) })

  test.each(['pool', 'caller'] as const)('runs of one bound run queue: %s', async (thread) => {
    using program = await open(thread)
    const memory = new Float32Array(size * size)
    // What comes out is what goes in: runs that overlap would lose additions.
    using bound = program.bind({ x: memory }, { y: memory, z: new Float32Array(size * size) })
    await Promise.all(Array.from({ length: 50 }, () => bound.run()))
    expect([...new Set(memory)]).toEqual([50])
  })

  test('a run that is stopped while it waits does not hold up the others', async () => {
    using program = await open('pool')
    const memory = new Float32Array(size * size)
    using bound = program.bind({ x: memory }, { y: memory, z: new Float32Array(size * size) })
    const stop = new AbortController()
    const runs = [bound.run(), bound.run({ signal: stop.signal }), bound.run()]
    stop.abort('enough')
    const results = await Promise.allSettled(runs)
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: { code: 'interrupted', cause: 'enough' } })
    expect(memory[0]).toBe(2)
  })

  test('runs of a program in memory of their own', async () => {
    using program = await open('pool')
    const runs = Array.from({ length: 20 }, (_, i) => program.run({ x: new Float32Array(size * size).fill(i) }))
    for (const [i, { y, z }] of (await Promise.all(runs)).entries()) {
      expect([...new Set(y)]).toEqual([i + 1])
      expect([...new Set(z)]).toEqual([i * i * size])
    }
  })

  test('a program that is disposed lets the runs in its queue end', async () => {
    const program = await open('pool')
    const memory = new Float32Array(size * size)
    const bound = program.bind({ x: memory }, { y: memory, z: new Float32Array(size * size) })
    const runs = Array.from({ length: 10 }, () => bound.run())
    program.dispose()
    await Promise.all(runs)
    expect(memory[0]).toBe(10)
    await expect(bound.run()).rejects.toMatchObject({ code: 'usage' })
  })

  test('in worker threads', () => {
    const script = fileURLToPath(new URL('workers-at-once.ts', import.meta.url))
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script, engine.name], {
      encoding: 'utf8',
    })
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'right right right right\n', stderr: '' })
  })
})
