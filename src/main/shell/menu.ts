import { Menu } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'

/**
 * The menu bar. Commands of the program are the palette's; the menu names the few that people look
 * for in a menu and gives the system's editing keys.
 */
export function installMenu(send: (command: string) => void): void {
  const mac = process.platform === 'darwin'
  const item = (
    label: string,
    command: string,
    accelerator?: string,
  ): MenuItemConstructorOptions => ({
    label,
    click: () => send(command),
    ...(accelerator ? { accelerator } : {}),
  })
  const template: MenuItemConstructorOptions[] = [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    {
      label: 'File',
      submenu: [
        item('New Corpus…', 'corpus.create', 'CmdOrCtrl+N'),
        item('Open Corpus…', 'corpus.open', 'CmdOrCtrl+O'),
        item('Import Archives or Tables…', 'corpus.import', 'CmdOrCtrl+I'),
        item('Import Folder…', 'corpus.import-folder', 'CmdOrCtrl+Shift+O'),
        { type: 'separator' },
        mac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        item('Zoom In', 'app.zoom-in', 'CmdOrCtrl+Plus'),
        item('Zoom Out', 'app.zoom-out', 'CmdOrCtrl+-'),
        item('Actual Size', 'app.zoom-reset', 'CmdOrCtrl+0'),
        { type: 'separator' },
        { role: 'togglefullscreen' },
        { type: 'separator' },
        { role: 'toggleDevTools' },
      ],
    },
    {
      role: 'help',
      submenu: [item('Keyboard Shortcuts', 'help.keys')],
    },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
