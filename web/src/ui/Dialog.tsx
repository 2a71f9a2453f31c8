// Dialogs and side sheets; full screen on a phone. Built from parts, since a <header> in a dialog would count as a
// second banner of the page.
import { Drawer, Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';

export const phone = '(max-width: 767px)';
interface Props { title: string; open: boolean; onClose: () => void; children: ReactNode; size?: number }

export function Dialog({ title, open, onClose, children, size = 520 }: Props) {
  const small = useMediaQuery(phone) ?? false;
  return (
    <Modal.Root opened={open} onClose={onClose} size={size} fullScreen={small} yOffset="10vh">
      <Modal.Overlay />
      <Modal.Content radius={small ? 0 : 10}>
        <div className="layer-head"><Modal.Title>{title}</Modal.Title><Modal.CloseButton aria-label="Close" /></div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

export function Sheet({ title, open, onClose, children, size = 520 }: Props) {
  const small = useMediaQuery(phone) ?? false;
  return (
    <Drawer.Root opened={open} onClose={onClose} size={small ? '100%' : size} position="right">
      <Drawer.Overlay />
      <Drawer.Content>
        <div className="layer-head"><Drawer.Title>{title}</Drawer.Title><Drawer.CloseButton aria-label="Close" /></div>
        <Drawer.Body>{children}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
