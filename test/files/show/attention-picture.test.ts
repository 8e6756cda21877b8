/** Words under heat maps, and letters of dots. */
import { describe, expect, it } from 'vitest'
import { wordMaps, wordPlaces } from '../../../src/compiled/prompts/word-places.ts'
import { blank } from '../../../src/files/io/raster.ts'
import { attentionPicture } from '../../../src/files/show/attention-picture.ts'
import { letterSize, writeLetters } from '../../../src/files/show/letters.ts'
import type { CaptionTokenizer } from '../../../src/files/text/caption-tokenizer.ts'

describe('letters', () => {
  const written = (text: string): string[] => {
    const raster = blank(letterSize[0] * [...text].length, letterSize[1], [255, 255, 255])
    writeLetters(raster, text, [0, 0], [0, 0, 0])
    const dot = (x: number, y: number) => (raster.data[3 * (y * raster.width + x)] === 0 ? '#' : '.')
    return Array.from({ length: raster.height }, (_, y) =>
      Array.from({ length: raster.width }, (__, x) => dot(x, y)).join(''),
    )
  }

  it('have their forms', () => {
    expect(written('hi')).toEqual([
      '#.......#...',
      '#...........',
      '####...##...',
      '#...#...#...',
      '#...#...#...',
      '#...#...#...',
      '#...#..###..',
      '............',
      '............',
    ])
  })

  it('are small, and a box where there is no form; all differ; a blank is blank', () => {
    expect(written('HI')).toEqual(written('hi'))
    expect(written('ж')).toEqual(written('語'))
    const all = [..."abcdefghijklmnopqrstuvwxyz0123456789.,'-:!?/()&+ж "].map((each) => written(each).join('\n'))
    expect(new Set(all).size).toBe(all.length)
    expect(written(' ').join('')).not.toContain('#')
  })

  it('are cut where the picture ends', () => {
    const [whole, part] = [blank(12, 9), blank(8, 5)]
    writeLetters(whole, 'mw', [0, 0], [0, 0, 0])
    writeLetters(part, 'mw', [-3, -2], [0, 0, 0])
    for (let y = 0; y < 5; y++) {
      for (let x = 0; x < 8; x++) expect(part.data[3 * (y * 8 + x)]).toBe(whole.data[3 * ((y + 2) * 12 + x + 3)])
    }
  })
})

describe('the picture', () => {
  it('is hot where the map is greatest, and says nothing of a map that is even', () => {
    const picture = blank(72, 72, [100, 100, 100])
    const ring = { text: 'ring', map: Float32Array.of(0, 0, 0, 1) }
    const even = { text: 'a', map: new Float32Array(4).fill(0.5) }
    const out = attentionPicture([[picture, { size: [2, 2], words: [ring, even] }]])
    const at = (x: number, y: number): number[] => {
      const from = 3 * (y * out.width + x)
      return [...out.data.subarray(from, from + 3)]
    }
    expect(at(10, 10)).toEqual([100, 100, 100])
    const [cold, hot] = [at(4 + 76 + 10, 10), at(4 + 76 + 60, 60)]
    expect(hot[0]! - hot[2]!).toBeGreaterThan(100)
    expect(Math.abs(cold[0]! - cold[2]!)).toBeLessThan(2)
    expect(at(4 + 152 + 10, 10)).toEqual(at(4 + 152 + 60, 60))
  })
})

describe('places of words', () => {
  /** Letters are pieces, words are divided by blanks; four letters fit between start and end. */
  const tokenizer: CaptionTokenizer = {
    vocabulary: 128,
    length: 6,
    start: 1,
    end: 2,
    padding: 2,
    pieces: (text) =>
      text
        .split(' ')
        .filter((word) => word !== '')
        .flatMap((word, i) => [...word].map((letter) => ({ id: letter.codePointAt(0)!, text: letter, word: i }))),
    files: () => new Map(),
  }

  it('are those of their pieces, weights or not; what has no place is left out', () => {
    expect(wordPlaces(tokenizer, 'ab c', 6)).toEqual([
      { text: 'ab', places: [1, 2] },
      { text: 'c', places: [3] },
    ])
    expect(wordPlaces(tokenizer, '(ab:1.2) c', 6)).toEqual(wordPlaces(tokenizer, 'ab c', 6))
    expect(wordPlaces(tokenizer, 'abc de', 6)).toEqual([{ text: 'abc', places: [1, 2, 3] }])
    // a second chunk, where the network takes it
    expect(wordPlaces(tokenizer, 'abc de', 12).at(-1)).toEqual({ text: 'de', places: [7, 8] })
  })

  it('add up to the map of a word', () => {
    const maps = Float32Array.from({ length: 6 * 2 }, (_, i) => i)
    const [word] = wordMaps([{ text: 'ab', places: [1, 2] }], maps, 2)
    expect(word).toEqual({ text: 'ab', map: Float32Array.of(2 + 4, 3 + 5) })
  })
})
