import { expect, test } from 'vitest'
import type { Library, Way } from '../../bench/others/library.ts'
import { race } from '../../bench/others/race.ts'
import { tasks, workOf } from '../../bench/others/task.ts'
import type { ConvolutionTask } from '../../bench/others/task.ts'

const task: ConvolutionTask = {
  kind: 'convolution',
  title: 'a task',
  gradient: 'w',
  sizes: [2, 3, 5, 4],
  x: new Float32Array(96),
  w: new Float32Array(135),
  dy: new Float32Array(160),
}

/** A way that gives these values after so many milliseconds. */
function way(name: string, values: readonly number[], ms = 0): Way {
  const run = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
  return { name, prepare: async () => ({ run, result: async () => Float32Array.from(values) }) }
}

const lacking: Way = { name: 'lacking', prepare: () => Promise.reject(new Error('no kernel\nat some place')) }

function library(choose: Library['choose'], ...ways: readonly Way[]): Library {
  return { name: 'a library', version: '1', ways, choose }
}

const reference = library('first', way('truth', [3, -4]))
const options = { rounds: 2, turnMs: 0 }

test('what gives another result is not timed, and the difference is told', async () => {
  for (const wrong of [[3, -4.1], [3, Number.NaN], [3]]) {
    const [, standing] = await race([reference, library('first', way('wrong', wrong))], task, options)
    expect(standing).not.toHaveProperty('ms')
    expect(standing!.passedOver).toEqual([
      { way: 'wrong', error: expect.stringMatching(/^gives another result: off by/) },
    ])
  }
})

test('the first way that can is timed, with the words of the one that cannot', async () => {
  const given = library('first', lacking, way('slow', [3, -4.0001], 5), way('quick', [3, -4]))
  const [truth, standing] = await race([reference, given], task, options)
  expect(truth).toMatchObject({ way: 'truth', difference: 0, runs: 2 })
  expect(standing).toMatchObject({ way: 'slow', runs: 2, passedOver: [{ way: 'lacking', error: 'no kernel' }] })
  expect(standing!.difference).toBeCloseTo(0.0001 / Math.sqrt(12.5), 6)
})

test('of several ways the quickest one is timed', async () => {
  const given = library('quickest', way('slow', [3, -4], 30), way('quick', [3, -4]), way('slower', [3, -4], 60))
  const [, standing] = await race([reference, given], task, options)
  expect(standing).toMatchObject({ way: 'quick' })
  expect(standing!.passedOver.map(({ way }) => way)).toEqual(['slow', 'slower'])
})

test('work is that of the output and one gradient', () => {
  expect(workOf(task)).toBe(2 * 2 * (3 * 9) * (2 * 5 * 4 * 4))
})

test('every training task has a gradient for every parameter', () => {
  const training = ['mlp', 'convnet'].map((name) => tasks[name]!())
  for (const each of training) {
    if (each.kind !== 'training') throw new Error('not a training task')
    expect([...each.slopes.keys()]).toEqual(each.layout.specs.map(({ name }) => name))
    expect(each.params.length).toBe(each.layout.size)
  }
})
