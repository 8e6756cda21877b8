/** Points of a plot that are dragged by pointer or moved by the arrow keys. */
import { useRef } from 'preact/hooks'
import type { Frame } from '../../draw/plot.ts'
import { numberText } from '../../draw/ticks.ts'
import type { Plot, Point } from '../../learn/figure.ts'
import { text } from '../../text.ts'

export interface HandlesProps {
  readonly label: string
  readonly plot: Plot
  readonly frame: Frame
  readonly points: readonly Point[]
  change(points: readonly Point[]): void
}

const arrows: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
}

export function Handles({ label, plot, frame, points, change }: HandlesProps) {
  const held = useRef<number | undefined>(undefined)
  const layer = useRef<HTMLDivElement>(null)
  const move = (i: number, [x, y]: Point): void => {
    const within = (value: number, { min, max }: { min: number; max: number }): number =>
      Math.min(max, Math.max(min, value))
    change(points.map((point, j) => (j === i ? [within(x, plot.x), within(y, plot.y)] : point)))
  }
  const onKey = (i: number, event: KeyboardEvent): void => {
    const arrow = arrows[event.key]
    if (arrow === undefined) return
    event.preventDefault()
    // A fiftieth of the plot; with shift a tenth of that.
    const share = event.shiftKey ? 500 : 50
    const [x, y] = points[i]!
    move(i, [x + (arrow[0] * (plot.x.max - plot.x.min)) / share, y + (arrow[1] * (plot.y.max - plot.y.min)) / share])
  }
  const onMove = (event: PointerEvent): void => {
    if (held.current === undefined || layer.current === null) return
    const { left, top } = layer.current.getBoundingClientRect()
    move(held.current, [frame.atX(event.clientX - left), frame.atY(event.clientY - top)])
  }
  return (
    <div class="handles" ref={layer} onPointerMove={onMove} onPointerUp={() => (held.current = undefined)}>
      {points.map(([x, y], i) => (
        <button
          key={i}
          type="button"
          class="handle"
          aria-label={text.figure.handle(label, i, numberText(x), numberText(y))}
          style={{ left: `${frame.x(x)}px`, top: `${frame.y(y)}px` }}
          onKeyDown={(event) => onKey(i, event)}
          onPointerDown={(event) => {
            held.current = i
            event.currentTarget.setPointerCapture(event.pointerId)
          }}
        />
      ))}
    </div>
  )
}
