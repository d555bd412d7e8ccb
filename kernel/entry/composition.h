/* composition.h - what is linked together, and which message leads where
 * SPDX-License-Identifier: MIT
 * The tables that lower rooms declare and only the top can fill: message handlers, and services by number.
 * Calls of the kernel itself as if it were a service (SERVICE_KERNEL) are numbered here. */
#ifndef KERNEL_ENTRY_COMPOSITION_H
#define KERNEL_ENTRY_COMPOSITION_H

enum kernel_operation {
	KERNEL_ADOPT,          /* physical address of a thread's page, its space */
	KERNEL_VSPACE_CHANGE,  /* space, operation, its four arguments */
	KERNEL_VSPACE_HOLD,    /* space */
	KERNEL_VSPACE_RELEASE, /* space */
	KERNEL_OBJECT_CHANGE,  /* the caller's space, frame, generation, operation, its two arguments */
	KERNEL_SERVER_END,     /* number of a service: this core's replica of it */
	KERNEL_FINISH,         /* status */
};

#endif
