/** Videos that a model made, side by side, playing together. */
import { signal } from '@preact/signals'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Raster } from '../../files/io/raster.ts'
import { words } from '../words/model.ts'
import { montage, PixelsView } from './picture.tsx'

/** How long a frame is shown, in milliseconds. */
const duration = 125

/** Whether videos play, all or none; not at first for readers who want less motion. */
const playing = signal(!globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches)

export interface FilmViewProps {
  /** Each video as its frames from left to right. */
  readonly strips: readonly Raster[]
  /** How many frames each has. */
  readonly frames: number
  readonly columns: number
  readonly label: string
  /** The width that it may take, in pixels of the page. */
  readonly room: number
}

export function FilmView({ strips, frames, columns, label, room }: FilmViewProps) {
  const pictures = useMemo(
    () =>
      Array.from({ length: frames }, (_, t) =>
        montage(
          strips.map((strip) => frameOf(strip, t, frames)),
          columns,
        ),
      ),
    [strips, frames, columns],
  )
  const [now, setNow] = useState(0)
  const plays = playing.value
  useEffect(() => {
    if (!plays) return
    // by the clock, so that all videos of a page are at the same frame
    const timer = setInterval(() => setNow(Math.floor(performance.now() / duration)), duration)
    return () => clearInterval(timer)
  }, [plays])
  return (
    <div class="film">
      <PixelsView pixels={pictures[now % frames]!} label={label} room={room} />
      <button type="button" class="quiet" onClick={() => (playing.value = !plays)}>
        {plays ? words.pause : words.play}
      </button>
    </div>
  )
}

/** The t-th of so many frames of a strip. */
export function frameOf({ width, height, data }: Raster, t: number, frames: number): Raster {
  const depth = data.length / (width * height)
  const wide = Math.floor(width / frames)
  const cut = new Uint8Array(wide * height * depth)
  for (let y = 0; y < height; y++) {
    const from = (y * width + t * wide) * depth
    cut.set(data.subarray(from, from + wide * depth), y * wide * depth)
  }
  return { width: wide, height, data: cut }
}
