/** The matrix of drawings: rows are samplers and strengths, columns are steps. */
import type { ModelFacts } from '../../../app/web/worker/protocol.ts'
import { Shown } from '../../model/shown.tsx'
import { useWidth } from '../../parts/width.ts'
import { words } from '../../words/draw.ts'
import { type Cell, type DrawSettings, rowsOf } from './settings.ts'
import type { Result, Sweep } from './sweep.ts'

export interface MatrixProps {
  readonly facts: ModelFacts
  readonly settings: DrawSettings
  readonly sweep: Sweep
  showWay(cell: Cell): void
}

/** The name of a drawing. */
export const cellName = ({ sampler, steps, w }: Cell): string => words.cell(sampler, steps, w)

/** Pictures in a row of one drawing. */
export const columnsOf = (count: number): number => Math.ceil(Math.sqrt(count))

export function Matrix({ facts, settings, sweep, showWay }: MatrixProps) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const rows = rowsOf(settings)
  const heads = rows[0]?.map(({ steps }) => steps) ?? []
  const columns = heads.length
  const head = 104
  const room = Math.max(96, Math.floor((width - head) / columns) - 14)
  return (
    <div class="matrix" ref={ref} tabIndex={0} role="region" aria-label={words.sweep}>
      <table>
        <thead>
          <tr>
            <td />
            {heads.map((steps) => (
              <th key={steps} scope="col">
                {words.stepsHead(steps)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row[0]!.sampler} ${row[0]!.w}`}>
              <th scope="row">
                {row[0]!.sampler}
                {row[0]!.w !== undefined && <small>{words.guided(row[0]!.w)}</small>}
              </th>
              {row.map((cell) => (
                <td key={cell.steps}>
                  <CellView
                    facts={facts}
                    cell={cell}
                    result={sweep.resultOf(cell, settings)}
                    room={room}
                    showWay={showWay}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function CellView({
  facts,
  cell,
  result,
  room,
  showWay,
}: {
  readonly facts: ModelFacts
  readonly cell: Cell
  readonly result: Result | undefined
  readonly room: number
  showWay(cell: Cell): void
}) {
  if (result === undefined) return <div class="empty" style={{ width: `${Math.min(room, 120)}px` }} />
  if ('problem' in result) return <p class="problem">{words.failed(result.problem)}</p>
  const { drawn, seconds } = result
  const name = cellName(cell)
  return (
    <>
      <Shown
        facts={facts}
        drawn={drawn}
        columns={columnsOf(drawn.pictures.length)}
        label={name}
        room={Math.min(room, 232)}
      />
      <p class="below">
        <span>{words.seconds(seconds.toFixed(seconds < 10 ? 2 : 0))}</span>
        {cell.steps !== undefined && (
          <button type="button" class="quiet" aria-label={words.way.showLong(name)} onClick={() => showWay(cell)}>
            {words.way.show}
          </button>
        )}
      </p>
    </>
  )
}
