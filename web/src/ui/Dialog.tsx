// Dialogs and side sheets; full screen on a phone.
import { Drawer, Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';

export const phone = '(max-width: 767px)';

export function Dialog({ title, open, onClose, children, size = 520 }: { title: string; open: boolean; onClose: () => void; children: ReactNode; size?: number }) {
  const small = useMediaQuery(phone) ?? false;
  return <Modal opened={open} onClose={onClose} title={title} size={size} fullScreen={small} radius={small ? 0 : 10}>{children}</Modal>;
}

export function Sheet({ title, open, onClose, children, size = 520 }: { title: string; open: boolean; onClose: () => void; children: ReactNode; size?: number }) {
  const small = useMediaQuery(phone) ?? false;
  return <Drawer opened={open} onClose={onClose} title={title} size={small ? '100%' : size}>{children}</Drawer>;
}
