/* How many descriptors this process can still have. */
#ifndef MWL_DESCRIPTORS_H
#define MWL_DESCRIPTORS_H

/* Whether an error number says that there is none left. */
int mwl_descriptors_are_gone(int error);

/* Whether there are fewer than `wanted`, which is small. */
int mwl_descriptors_lack(int wanted);

#endif
