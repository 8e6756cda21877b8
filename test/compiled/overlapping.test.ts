/** Denoisers over compiled networks may be asked by many at once: nobody gets another's answer. */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { keep } from '../../src/compiled/kept.ts'
import { turns } from '../../src/compiled/turns.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { bothWays, overlappingJobs } from './overlap.ts'

describe.each(['capi', 'binding'] as const)('%s: all at once is as one after another, bit for bit', (name) => {
  it('of samplings, guided ones, derivatives, divergences and tokens', async () => {
    const { jobs, dispose } = await overlappingJobs(await nodeEngine({ prefer: name }))
    for (const [what, each] of Object.entries(jobs)) {
      const { alone, together } = await bothWays(each)
      expect(together, what).toEqual(alone)
      expect(new Set(alone.map((result) => result.join())).size, what).toBeGreaterThan(4)
    }
    dispose()
  })
})

it('in two workers at once, too', async () => {
  const script = fileURLToPath(new URL('overlap.ts', import.meta.url))
  const code = `import('tsx/esm/api').then(({ register }) => (register(), import('${script}')))`
  const inWorker = async () => {
    const worker = new Worker(code, { eval: true, workerData: { overlap: true } })
    const results = await new Promise<{ alone: number[][]; together: number[][] }[]>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
    await worker.terminate()
    return results
  }
  const [first, second] = await Promise.all([inWorker(), inWorker()])
  expect(first!.length).toBeGreaterThan(5)
  for (const { alone, together } of first!) expect(together).toEqual(alone)
  expect(second).toEqual(first)
})

describe('a denoiser that is disposed of', () => {
  it('while it is asked ends the evaluation, and refuses those that wait', async () => {
    const { jobs, dispose } = await overlappingJobs(await nodeEngine())
    const calls = jobs['transposed Jacobians']!.map((job) => job())
    await Promise.resolve()
    await Promise.resolve()
    dispose()
    const ended = await Promise.allSettled(calls)
    for (const each of ended.slice(1)) expect(each).toMatchObject({ status: 'rejected', reason: { code: 'usage' } })
    await expect(jobs['samplings']![0]!()).rejects.toThrow('disposed of')
  })
})

describe('turns', () => {
  it('come in the order of asking, one job at a time; one that fails does not stop the others', async () => {
    const log: string[] = []
    const { take } = turns('it', () => log.push('released'))
    const job = (name: string, fails = false) =>
      take(async () => {
        log.push(`${name} begins`)
        await new Promise((resolve) => setTimeout(resolve, 1))
        log.push(`${name} ends`)
        if (fails) throw new Error(name)
        return name
      })
    const all = await Promise.allSettled([job('a'), job('b', true), job('c')])
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  })

  it('are given up by a signal while waiting, and release once when closed', async () => {
    const log: string[] = []
    const { take, close } = turns('it', () => log.push('released'))
    const controller = new AbortController()
    let end!: () => void
    const running = take(() => new Promise<void>((resolve) => (end = resolve)))
    const waiting = take(async () => log.push('waited'), controller.signal)
    const late = take(async () => log.push('late'))
    await Promise.resolve()
    controller.abort(new Error('enough'))
    close()
    close()
    expect(log).toEqual([])
    end()
    await running
    await expect(waiting).rejects.toThrow()
    await expect(late).rejects.toThrow('it was disposed of')
    expect(log).toEqual(['released'])
    await expect(take(async () => 1)).rejects.toThrow('disposed of')
  })
})

describe('what is kept', () => {
  const thing = (log: string[], name: string) => ({ name, [Symbol.dispose]: () => log.push(name) })

  it('is made once for all who ask, and again after a failure', async () => {
    const kept = keep('it')
    const held = kept.hold()
    let times = 0
    const make = async () => thing([], String(++times))
    const [a, b] = await Promise.all([held.get('key', make), held.get('key', make)])
    expect([a === b, times, kept.made]).toEqual([true, 1, 1])
    const broken = () => Promise.reject(new Error('no'))
    await expect(held.get('other', broken)).rejects.toThrow('no')
    expect((await held.get('other', make)).name).toBe('2')
    expect(kept.made).toBe(2)
  })

  it('goes when there is too much of it, the longest unused first, and never while it is used', async () => {
    const log: string[] = []
    const kept = keep('it', 2)
    const user = kept.hold()
    await user.get('a', async () => thing(log, 'a'))
    for (const name of ['b', 'c', 'd']) {
      using other = kept.hold()
      await other.get(name, async () => thing(log, name))
    }
    await Promise.resolve()
    expect(log).toEqual(['b', 'c'])
    user[Symbol.dispose]()
    kept.dispose()
    await Promise.resolve()
    expect(log.toSorted()).toEqual(['a', 'b', 'c', 'd'])
    await expect(user.get('a', async () => thing(log, 'a'))).rejects.toThrow('it was disposed of')
  })

  it('is not waited for by who has given up; others still get it', async () => {
    const kept = keep('it')
    const [one, two] = [kept.hold(), kept.hold()]
    let arrive!: (value: ReturnType<typeof thing>) => void
    const make = () => new Promise<ReturnType<typeof thing>>((resolve) => (arrive = resolve))
    const controller = new AbortController()
    const first = one.get('key', make, controller.signal)
    const second = two.get('key', make)
    controller.abort(new Error('enough'))
    await expect(first).rejects.toThrow('enough')
    arrive(thing([], 'it'))
    expect((await second).name).toBe('it')
  })

  it('is told when nobody waits any more', async () => {
    const kept = keep('it')
    const log: string[] = []
    let told: AbortSignal | undefined
    const waiting = kept.hold().get('key', (signal) => {
      told = signal
      return new Promise<ReturnType<typeof thing>>((resolve) =>
        signal.addEventListener('abort', () => resolve(thing(log, 'late'))),
      )
    })
    kept.dispose()
    await waiting
    await Promise.resolve()
    expect([told!.aborted, log]).toEqual([true, ['late']])
  })
})
