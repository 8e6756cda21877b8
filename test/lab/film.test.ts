/** Videos of a model in the Lab. */
import { expect, test } from 'vitest'
import { frameOf } from '../../src/lab/model/film.tsx'

test('a frame is its part of the strip', () => {
  // two rows of three frames, each two pixels wide
  const data = Uint8Array.from({ length: 2 * 6 * 3 }, (_, i) => i)
  const frame = frameOf({ width: 6, height: 2, data }, 1, 3)
  expect(frame).toMatchObject({ width: 2, height: 2 })
  expect(Array.from(frame.data)).toEqual([6, 7, 8, 9, 10, 11, 24, 25, 26, 27, 28, 29])
})
