import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { app, BrowserWindow, screen } from 'electron'
import { z } from 'zod'
import { asZoom } from '#shared/zoom.ts'
import { isPage } from './origin.ts'

const Place = z.object({
  x: z.number().optional(),
  y: z.number().optional(),
  width: z.number().min(640),
  height: z.number().min(480),
  maximized: z.boolean(),
  zoom: z.number().default(1).transform(asZoom),
})
type Place = z.infer<typeof Place>

function placeFile(): string {
  return join(app.getPath('userData'), 'window.json')
}

/** The last place of the window, if a screen still shows it. */
function lastPlace(): Place {
  const fallback: Place = { width: 1440, height: 900, maximized: false, zoom: 1 }
  try {
    if (!existsSync(placeFile())) return fallback
    const place = Place.parse(JSON.parse(readFileSync(placeFile(), 'utf8')))
    const { x, y } = place
    if (x === undefined || y === undefined) return place
    const visible = screen.getAllDisplays().some(({ workArea }) => {
      return (
        x + place.width > workArea.x + 100 &&
        x < workArea.x + workArea.width - 100 &&
        y >= workArea.y - 10 &&
        y < workArea.y + workArea.height - 100
      )
    })
    return visible
      ? place
      : { ...fallback, width: place.width, height: place.height, zoom: place.zoom }
  } catch {
    return fallback
  }
}

/** Writes down where and how the window is shown. */
function keepPlace(window: BrowserWindow): void {
  const place: Place = {
    ...window.getNormalBounds(),
    maximized: window.isMaximized(),
    zoom: window.webContents.getZoomFactor(),
  }
  try {
    mkdirSync(app.getPath('userData'), { recursive: true })
    writeFileSync(placeFile(), JSON.stringify(place))
  } catch {
    // A full disk: the window then opens as it did before.
  }
}

/** Shows everything larger or smaller, from now on. @returns the size that it has */
export function setZoom(window: BrowserWindow, to: number): number {
  window.webContents.setZoomFactor(asZoom(to))
  keepPlace(window)
  return window.webContents.getZoomFactor()
}

/** Of a navigation that was refused, or overtaken by another one. */
const ABORTED = -3

export function createWindow(preload: string, page: string): BrowserWindow {
  const { maximized, zoom, ...bounds } = lastPlace()
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: 'Gleaner',
    backgroundColor: '#1f1f1f',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      spellcheck: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      zoomFactor: zoom,
      // The bridge is for this page alone.
      additionalArguments: [`--gleaner-page=${page}`],
    },
  })
  if (maximized) window.maximize()
  // `about:blank` asks nobody before it is there, nor does the page of an error: both have no
  // bridge, and do not stay.
  const back = (url: string): void => {
    if (!isPage(page, url) && !window.isDestroyed()) void window.loadURL(page)
  }
  window.webContents.on('did-navigate', (_event, url) => back(url))
  window.webContents.on('did-fail-load', (_event, code, _what, url, isMain) => {
    if (isMain && code !== ABORTED) back(url)
  })
  window.once('ready-to-show', () => window.show())
  window.on('close', () => keepPlace(window))
  return window
}
