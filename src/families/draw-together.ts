/** Several requests drawn by one painter: in one go, or one after another where it cannot. */
import type { OptionValues } from '../options.ts'
import type { Drawn, DrawWatch, Painter } from './drawn.ts'

/** What each of the requests asks for. @throws TweedieError as `draw` does */
export async function drawTogether(
  painter: Painter,
  requests: readonly OptionValues[],
  watch?: DrawWatch,
): Promise<readonly Drawn[]> {
  if (painter.drawTogether && requests.length > 1) return painter.drawTogether(requests, watch)
  const drawn: Drawn[] = []
  for (const request of requests) drawn.push(await painter.draw(request, watch))
  return drawn
}
