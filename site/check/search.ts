/** What the search of a built site finds, as a reader would see it. */
import type { Page } from 'playwright-core'

/** The paths of the first hits for a query, best first; the page must be one of the site's. */
export async function searchHits(page: Page, query: string, count = 5): Promise<readonly string[]> {
  await page.keyboard.press('Control+k')
  const input = page.locator('#localsearch-input')
  await input.fill(query)
  const results = page.locator('.VPLocalSearchBox .result')
  let [links, steady]: [string[], number] = [[], 0]
  for (let round = 0; round < 200 && steady < 4; round++) {
    await page.waitForTimeout(100)
    const now = await results.evaluateAll((all) =>
      all.map((each) => new URL((each as HTMLAnchorElement).href).pathname),
    )
    steady = now.length > 0 && now.join() === links.join() ? steady + 1 : 0
    links = now
  }
  await page.keyboard.press('Escape')
  return links.slice(0, count)
}
