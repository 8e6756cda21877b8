/** A grid of cells that is painted by pointer or by keyboard. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Drawing } from '../../learn/figure.ts'
import { text } from '../../text.ts'

export interface DrawingProps {
  readonly control: Drawing
  readonly cells: readonly number[]
  change(cells: readonly number[]): void
  readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
  /** Whether the cells themselves are seen; false where the picture below shows what they do. Default true where nothing is below. */
  readonly shown?: boolean
}

/** Cells on a line between two, both ends too, so that quick strokes have no gaps. */
export function cellsBetween([x0, y0]: Cell, [x1, y1]: Cell): Cell[] {
  const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))
  if (steps === 0) return [[x0, y0]]
  return Array.from({ length: steps + 1 }, (_, i) => [
    Math.round(x0 + ((x1 - x0) * i) / steps),
    Math.round(y0 + ((y1 - y0) * i) / steps),
  ])
}

type Cell = readonly [column: number, row: number]

export function DrawingOver({ control, cells, change, box, shown = false }: DrawingProps) {
  const { width, height, levels, label } = control
  const [brush, setBrush] = useState(levels - 1)
  const [cursor, setCursor] = useState<Cell>([Math.floor(width / 2), Math.floor(height / 2)])
  const last = useRef<Cell | undefined>(undefined)
  // Strokes may be quicker than the page: what was painted and is not drawn yet.
  const newest = useRef(cells)
  const layer = useRef<HTMLDivElement>(null)
  useEffect(() => {
    newest.current = cells
  }, [cells])
  const paint = (along: readonly Cell[], level: number): void => {
    const next = [...newest.current]
    for (const [column, row] of along) next[row * width + column] = level
    newest.current = next
    change(next)
  }
  const cellAt = (event: PointerEvent): Cell => {
    const { left, top, width: w, height: h } = layer.current!.getBoundingClientRect()
    const within = (share: number, count: number): number => Math.min(count - 1, Math.max(0, Math.floor(share * count)))
    return [within((event.clientX - left) / w, width), within((event.clientY - top) / h, height)]
  }
  const onKey = (event: KeyboardEvent): void => {
    const [column, row] = cursor
    const moves: Readonly<Record<string, Cell>> = {
      ArrowLeft: [Math.max(0, column - 1), row],
      ArrowRight: [Math.min(width - 1, column + 1), row],
      ArrowUp: [column, Math.max(0, row - 1)],
      ArrowDown: [column, Math.min(height - 1, row + 1)],
    }
    const move = moves[event.key]
    const digit = /^\d$/.test(event.key) ? Number(event.key) : undefined
    if (move !== undefined) {
      if (event.shiftKey) paint(cellsBetween(cursor, move), brush)
      setCursor(move)
    } else if (event.key === ' ' || event.key === 'Enter') {
      // A second press on a painted cell wipes it.
      paint([cursor], newest.current[row * width + column] === brush ? (brush === 0 ? levels - 1 : 0) : brush)
    } else if (digit !== undefined && digit < levels) setBrush(digit)
    else return
    event.preventDefault()
  }
  const [column, row] = cursor
  return (
    <>
      <div
        ref={layer}
        class="drawing"
        role="application"
        tabIndex={0}
        aria-label={`${label}. ${text.figure.drawingHint}`}
        style={{ left: `${box.left}px`, top: `${box.top}px`, width: `${box.width}px`, height: `${box.height}px` }}
        onKeyDown={onKey}
        onPointerDown={(event) => {
          layer.current!.setPointerCapture(event.pointerId)
          const cell = cellAt(event)
          last.current = cell
          paint([cell], event.button === 2 || event.ctrlKey ? 0 : brush)
        }}
        onPointerMove={(event) => {
          if (last.current === undefined) return
          const cell = cellAt(event)
          paint(cellsBetween(last.current, cell), event.ctrlKey ? 0 : brush)
          last.current = cell
        }}
        onPointerUp={() => (last.current = undefined)}
        onContextMenu={(event) => event.preventDefault()}
      >
        {shown && <Cells control={control} cells={cells} />}
        <span
          class="cursor"
          style={{
            left: `${(column / width) * 100}%`,
            top: `${(row / height) * 100}%`,
            width: `${100 / width}%`,
            height: `${100 / height}%`,
          }}
        />
      </div>
      <div class="brush">
        <label>
          {text.figure.brush}{' '}
          <select value={String(brush)} onChange={(event) => setBrush(Number(event.currentTarget.value))}>
            {Array.from({ length: levels }, (_, level) => (
              <option key={level} value={String(level)}>
                {control.names?.[level] ?? level}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          onClick={() =>
            paint(
              cells.map((_, i) => [i % width, Math.floor(i / width)] as const),
              0,
            )
          }
        >
          {text.figure.clear}
        </button>
        <span class="sr" aria-live="polite">
          {text.figure.cell(row + 1, column + 1, cells[row * width + column] ?? 0)}
        </span>
      </div>
    </>
  )
}

/** The cells as squares, darker for higher levels. */
function Cells({ control: { width, height, levels }, cells }: Pick<DrawingProps, 'control' | 'cells'>) {
  return (
    <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true" shape-rendering="crispEdges">
      {cells.map((level, i) =>
        level === 0 ? null : (
          <rect key={i} x={i % width} y={Math.floor(i / width)} width="1" height="1" opacity={level / (levels - 1)} />
        ),
      )}
    </svg>
  )
}
