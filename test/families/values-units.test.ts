/** In which units images go out and come back: bytes in [−1, 1], other numbers in their own. */
import { expect, test } from 'vitest'
import { drawnValues } from '../../src/families/drawn-values.ts'
import { asSeen } from '../../src/families/picture-values.ts'
import type { DataScale } from '../../src/files/data/dataset.ts'
import { frameOf } from '../../src/files/data/frame.ts'

const shape = [1, 1, 3]
const seen = Float32Array.of(-1, 0, 1)
const arrayOf = (scale: DataScale) =>
  drawnValues({ frame: frameOf(shape, 1, 1), scale }, seen, { how: {}, howText: '' }).array().data

test.each<[string, DataScale['kind'], readonly [number, number], readonly number[]]>([
  ['bytes', 'image', [0, 255], [-1, 0, 1]],
  ['16 bits', 'image', [0, 65_535], [0, 32_767.5, 65_535]],
  ['temperatures', 'image', [250, 310], [250, 280, 310]],
  ['shares', 'image', [0, 1], [0, 0.5, 1]],
  ['what is −1 … 1 already', 'image', [-1, 1], [-1, 0, 1]],
  ['arrays', 'array', [0, 10], [0, 5, 10]],
])('%s, there and back', (_name, kind, range, values) => {
  const scale = { kind, shape, range }
  const out = arrayOf(scale)
  expect([...out]).toEqual(values)
  expect([...asSeen(scale, Float32Array.from(out, Number))]).toEqual([...seen])
})
