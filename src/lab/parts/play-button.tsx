/** Moves a slider from its least to its greatest value. Where motion is not wanted, each press is one step of ten. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Controls, Figure, Slider } from '../learn/figure.ts'
import { text } from '../text.ts'
import { mayMove } from '../theme.ts'

export interface PlayButtonProps {
  readonly controls: Controls
  readonly play: NonNullable<Figure['play']>
  readonly value: number
  change(name: string, value: number): void
}

export function PlayButton({ controls, play: { control: name, seconds }, value, change }: PlayButtonProps) {
  const [playing, setPlaying] = useState(false)
  const at = useRef(value)
  at.current = value
  const set = useRef(change)
  set.current = change
  const { min, max, step } = controls[name] as Slider
  const onGrid = (share: number): number =>
    Number((min + Math.round((share * (max - min)) / step) * step).toPrecision(10))
  useEffect(() => {
    if (!playing) return undefined
    const first = at.current >= max - step / 2 ? 0 : (at.current - min) / (max - min)
    const began = performance.now()
    let frame = requestAnimationFrame(function next(now) {
      const share = Math.min(1, first + Math.max(0, now - began) / (seconds * 1000))
      const wanted = Math.min(max, onGrid(share))
      if (wanted !== at.current) set.current(name, wanted)
      if (share < 1) frame = requestAnimationFrame(next)
      else setPlaying(false)
    })
    return () => cancelAnimationFrame(frame)
  }, [playing])
  if (!mayMove.value) {
    const next = value >= max - step / 2 ? min : Math.min(max, onGrid((value - min) / (max - min) + 0.1))
    return (
      <button type="button" onClick={() => change(name, next)}>
        {text.figure.step}
      </button>
    )
  }
  return (
    <button type="button" aria-pressed={playing} onClick={() => setPlaying(!playing)}>
      {playing ? text.figure.pause : text.figure.play}
    </button>
  )
}
